//! The Kubernetes objects that a configuration is kept in.
//!
//! Source: k8s.io/api v0.33.1, core/v1/types.go.

use super::layout::{Field, Struct, Type, Type::*, f};
use super::tables::{META_OBJECT_META, STRUCTS};

const ALL: u8 = 0b111;
static TEXT: Type = Text;
static BYTES: Type = Bytes;

// Neither stands in `tables::ALL`: there are no plans for them, so only the reference reads them.

pub(super) static CONFIG_MAP: Struct = Struct {
    id: STRUCTS,
    name: "core.ConfigMap",
    fields: &[
        KIND,
        API_VERSION,
        METADATA,
        IMMUTABLE,
        f(",\"data\":", Map(&TEXT), "e", ALL),
        f(",\"binaryData\":", Map(&BYTES), "e", ALL),
    ],
};

pub(super) static SECRET: Struct = Struct {
    id: STRUCTS + 1,
    name: "core.Secret",
    fields: &[
        KIND,
        API_VERSION,
        METADATA,
        IMMUTABLE,
        f(",\"data\":", Map(&BYTES), "e", ALL),
        f(",\"stringData\":", Map(&TEXT), "e", ALL),
        f(",\"type\":", Text, "e", ALL),
    ],
};

const KIND: Field = f(",\"kind\":", Text, "e", ALL);
const API_VERSION: Field = f(",\"apiVersion\":", Text, "e", ALL);
const METADATA: Field = f(",\"metadata\":", Struct(&META_OBJECT_META), "e", ALL);
const IMMUTABLE: Field = f(",\"immutable\":", Pointer(&Bool), "e", ALL);
