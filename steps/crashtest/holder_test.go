package crashtest

import "errors"

const childHolder = "ARCADIA_CRASHTEST_HOLDER"

func runHolder(string) error { return errors.New("not yet") }
