// Deliberately without requirements: this source is compiled by the version modules beside it
// (../v3.6.12, ../v3.7.6), and the Argo release is whatever *their* go.mod says. A requirement here would
// raise the older of them, because Go picks the highest version asked for.
module argooracle/program

go 1.24.10
