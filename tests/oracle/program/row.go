package program

import (
	"reflect"

	"github.com/argoproj/argo-workflows/v3/persist/sqldb"
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/upper/db/v4"
)

// row is what Argo would write to the database for a node map.
type row struct {
	nodes   string
	version string
}

// offloadRow runs Argo's own OffloadNodeStatusRepo.Save over a session that keeps the record instead of sending it.
//
// The function that hashes, nodeStatusVersion in persist/sqldb/offload_node_status_repo.go, is not exported; Save is
// the way to it that Argo's controller takes too.
func offloadRow(nodes wfv1.Nodes) (row, error) {
	session := new(recordingSession)
	repo, err := offloadRepo(session)
	if err != nil {
		return row{}, err
	}
	version, err := repo.Save("", "", nodes)
	if err != nil {
		return row{}, err
	}
	// The record is an unexported struct with an exported field for each column.
	return row{nodes: reflect.ValueOf(session.record).Elem().FieldByName("Nodes").String(), version: version}, nil
}

func offloadRepo(session db.Session) (sqldb.OffloadNodeStatusRepo, error) {
	return sqldb.NewOffloadNodeStatusRepo(session, "oracle", "argo_workflows")
}

// recordingSession is a database of one record: the last one inserted. Any use but an insertion panics.
type recordingSession struct {
	db.Session
	record any
}

func (s *recordingSession) Collection(string) db.Collection {
	return recordingCollection{session: s}
}

type recordingCollection struct {
	db.Collection
	session *recordingSession
}

func (c recordingCollection) Insert(record any) (db.InsertResult, error) {
	c.session.record = record
	return nil, nil
}
