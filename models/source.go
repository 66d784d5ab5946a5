package models

import "embed"

// Source is the code of every model, a directory each, as it was when this program was built: what a style costs its reader is
// counted in it. The directories of the suite and of what else the models share are in it too, and so are tests.
//
//go:embed */*.go
var Source embed.FS
