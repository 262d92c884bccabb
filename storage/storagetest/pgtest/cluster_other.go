//go:build !unix

package pgtest

import "errors"

func startCluster() (string, error) {
	return "", errors.New("set DESK_TEST_POSTGRES")
}
