//! Argo's Go types as `encoding/json` sees them.

/// A Go type that can stand below a Workflow or the controller's configuration.
///
/// Named types are flattened to what they are made of: a `NodePhase` is `Text`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Type {
    Bool,
    Int32,
    Int64,
    Uint64,
    Float64,
    Text,
    /// `[]byte`, written as base64.
    Bytes,
    /// A pointer: `null` is nil.
    Pointer(&'static Type),
    Slice(&'static Type),
    /// A map whose keys are strings.
    Map(&'static Type),
    Struct(&'static Struct),
    /// A type with its own `UnmarshalJSON`.
    Special(Special),
}

/// The types with their own `UnmarshalJSON`; each has a file under `special/`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Special {
    Amount,
    AnyString,
    /// `metav1.Duration`
    Duration,
    FieldsV1,
    IntOrString,
    Item,
    ParallelSteps,
    Plugin,
    Quantity,
    Time,
    /// `config.TTL`
    Ttl,
}

/// A Go struct over all versions of Argo that have a layout.
#[derive(Debug)]
pub(crate) struct Struct {
    /// Index in `tables::ALL`.
    pub(crate) id: usize,
    /// Package and type as Argo's error texts nearly name it, for example `wf.NodeStatus`.
    pub(crate) name: &'static str,
    /// In the order in which Go writes them, embedded structs flattened.
    pub(crate) fields: &'static [Field],
}

/// A field of a struct.
#[derive(Debug)]
pub(crate) struct Field {
    /// The key as it is written after another field: `,"name":`.
    pub(crate) token: &'static str,
    pub(crate) r#type: Type,
    /// `omitempty`
    pub(crate) omit_empty: bool,
    /// `omitzero`
    pub(crate) omit_zero: bool,
    /// Bit 0: 3.6, bit 1: 3.7, bit 2: 4.1.
    pub(crate) versions: u8,
    /// Index in `tables::EMBEDDED` of the embedded structs it is promoted from; 0: none.
    pub(crate) inside: u8,
}

/// A field, as the generated table writes it.
pub(super) const fn f(token: &'static str, r#type: Type, options: &str, versions: u8) -> Field {
    let (mut omit_empty, mut omit_zero, mut rest) = (false, false, options.as_bytes());
    while let [option, tail @ ..] = rest {
        match option {
            b'e' => omit_empty = true,
            b'z' => omit_zero = true,
            _ => {}
        }
        rest = tail;
    }
    Field { token, r#type, omit_empty, omit_zero, versions, inside: 0 }
}

impl Field {
    /// The same field, promoted from embedded structs.
    pub(super) const fn inside(self, embedded: u8) -> Self {
        Self { inside: embedded, ..self }
    }

    /// The JSON key, without quotes.
    pub(crate) fn name(&self) -> &'static str {
        self.token.get(2..self.token.len().saturating_sub(2)).unwrap_or_default()
    }
}
