// Store reads offloaded nodes from a database with Argo's own code, or with its driver alone.
//
//	store nothing
//	store driver|get TABLE TIMES
//	store list|list-old TABLE
//	store hydrate TABLE FILE
//	store marshal FILE
//
// The database is that of STORE_PORT, STORE_DATABASE, STORE_USER and STORE_PASSWORD, at 127.0.0.1. Everything but
// hydrate and marshal prints how many rows and bytes there were; these two print a Workflow.
package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/argoproj/argo-workflows/v3/config"
	persist "github.com/argoproj/argo-workflows/v3/persist/sqldb"
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/util/sqldb"
	"github.com/upper/db/v4"
)

const clusterName = "default"

type count struct {
	Rows  int `json:"rows"`
	Bytes int `json:"bytes"`
}

func main() {
	result, err := run(os.Args[1:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "store: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) (any, error) {
	if len(args) == 2 && args[0] == "marshal" {
		return readWorkflow(args[1])
	}
	session, err := open()
	if err != nil {
		return nil, err
	}
	defer session.Close()
	if len(args) == 1 && args[0] == "nothing" {
		return count{}, nil
	}
	if len(args) < 2 {
		return nil, fmt.Errorf("%q: expected a mode and its arguments", args)
	}
	repo, err := persist.NewOffloadNodeStatusRepo(session, clusterName, args[1])
	if err != nil {
		return nil, err
	}
	switch {
	case len(args) == 2 && args[0] == "list":
		return list(repo)
	case len(args) == 2 && args[0] == "list-old":
		return listOld(repo)
	case len(args) == 3 && args[0] == "hydrate":
		return hydrate(repo, args[2])
	case len(args) == 3 && args[0] == "driver":
		return repeat(args[2], func() (count, error) { return driver(session, args[1]) })
	case len(args) == 3 && args[0] == "get":
		return repeat(args[2], func() (count, error) { return get(session, repo, args[1]) })
	}
	return nil, fmt.Errorf("%q: no such mode, or not its arguments", args)
}

// open makes the session as the controller does: upper/db over go-sql-driver.
func open() (db.Session, error) {
	port, err := strconv.Atoi(os.Getenv("STORE_PORT"))
	if err != nil {
		return nil, fmt.Errorf("STORE_PORT: %w", err)
	}
	mysql := &config.MySQLConfig{DatabaseConfig: config.DatabaseConfig{
		Host: "127.0.0.1", Port: port, Database: os.Getenv("STORE_DATABASE"),
	}}
	return sqldb.CreateDBSessionWithCreds(
		config.DBConfig{MySQL: mysql}, os.Getenv("STORE_USER"), os.Getenv("STORE_PASSWORD"))
}

func repeat(times string, work func() (count, error)) (sum count, err error) {
	n, err := strconv.Atoi(times)
	if err != nil {
		return sum, err
	}
	for range n {
		one, err := work()
		if err != nil {
			return sum, err
		}
		sum.Rows += one.Rows
		sum.Bytes += one.Bytes
	}
	return sum, nil
}

// keys are those of all rows.
func keys(session db.Session, table string) (keys []persist.UUIDVersion, err error) {
	err = session.SQL().Select("uid", "version").From(table).All(&keys)
	return keys, err
}

// driver reads each row with database/sql and go-sql-driver alone, and looks at nothing in it.
func driver(session db.Session, table string) (sum count, err error) {
	all, err := keys(session, table)
	if err != nil {
		return sum, err
	}
	database, ok := session.Driver().(*sql.DB)
	if !ok {
		return sum, errors.New("the session has no *sql.DB")
	}
	for _, key := range all {
		// As text, so that the answer is text, too; names made by our generator need no quoting.
		rows, err := database.Query(fmt.Sprintf(
			"select nodes from `%s` where clustername = '%s' and uid = '%s' and version = '%s'",
			table, clusterName, key.UID, key.Version))
		if err != nil {
			return sum, err
		}
		for rows.Next() {
			var nodes sql.RawBytes
			if err := rows.Scan(&nodes); err != nil {
				return sum, err
			}
			sum.Rows++
			sum.Bytes += len(nodes)
		}
		if err := rows.Close(); err != nil {
			return sum, err
		}
		if err := rows.Err(); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// get reads each row with Argo's Get. Bytes are not counted: Get does not tell them.
func get(session db.Session, repo persist.OffloadNodeStatusRepo, table string) (sum count, err error) {
	all, err := keys(session, table)
	if err != nil {
		return sum, err
	}
	for _, key := range all {
		if _, err := repo.Get(key.UID, key.Version); err != nil {
			return sum, err
		}
		sum.Rows++
	}
	return sum, nil
}

// list is what argo-server's list of workflows asks (server/workflow/workflow_server.go), of all namespaces.
func list(repo persist.OffloadNodeStatusRepo) (sum count, err error) {
	found, err := repo.List("")
	return count{Rows: len(found)}, err
}

// listOld is what the controller's garbage collection asks (workflow/controller/controller.go), of all namespaces.
func listOld(repo persist.OffloadNodeStatusRepo) (sum count, err error) {
	found, err := repo.ListOldOffloads("")
	for _, versions := range found {
		sum.Rows += len(versions)
	}
	return sum, err
}

// hydrate puts the nodes back, as Hydrate in workflow/hydrator/hydrator.go.
func hydrate(repo persist.OffloadNodeStatusRepo, path string) (*wfv1.Workflow, error) {
	workflow, err := readWorkflow(path)
	if err != nil {
		return nil, err
	}
	nodes, err := repo.Get(string(workflow.UID), workflow.GetOffloadNodeStatusVersion())
	if err != nil {
		return nil, err
	}
	workflow.Status.Nodes = nodes
	workflow.Status.CompressedNodes = ""
	workflow.Status.OffloadNodeStatusVersion = ""
	return workflow, nil
}

func readWorkflow(path string) (*wfv1.Workflow, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var workflow wfv1.Workflow
	if err := json.Unmarshal(content, &workflow); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &workflow, nil
}
