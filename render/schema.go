package render

import _ "embed" // for Schema

// Schema is the JSON Schema (draft 2020-12) of what JSON and Summary.AppendJSON draw.
//
//go:embed schema.json
var Schema string
