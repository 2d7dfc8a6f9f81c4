package program

import "github.com/argoproj/argo-workflows/v3/util/file"

type compressAnswer struct {
	OK       bool `json:"ok"`
	B64Bytes int  `json:"b64Bytes"`
	// B64 is the compressed string as it would stand in status.compressedNodes.
	B64 string `json:"b64,omitempty"`
}

func answerCompress(req *request) (any, error) {
	compressed := file.CompressEncodeString(string(req.content()))
	answer := compressAnswer{OK: true, B64Bytes: len(compressed)}
	if req.Bytes {
		answer.B64 = compressed
	}
	return answer, nil
}

func answerDecompress(req *request) (any, error) {
	content, err := file.DecodeDecompressString(string(req.content()))
	if err != nil {
		return nil, err
	}
	return encodedAnswer{OK: true, encoded: describe([]byte(content), req.Bytes)}, nil
}
