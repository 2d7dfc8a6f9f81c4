//! Where encoded bytes go: counted, hashed or kept.

use alloc::vec::Vec;

use super::fnv::Fnv1;

/// Receives what Go would marshal, in order, in pieces of any size.
pub trait Sink {
    /// The next bytes.
    fn write(&mut self, bytes: &[u8]);

    /// The field `name` of the Workflow, its metadata or its status begins: its key comes next.
    ///
    /// The comma before a key belongs to what surrounds it.
    fn enter(&mut self, name: &'static str) {
        let _ = name;
    }

    /// The field entered last has been written.
    fn leave(&mut self) {}

    /// Everything written so far is to be forgotten: the text begins again.
    ///
    /// Called at most once an encoding, when a rare input turns up that only the slow path handles.
    fn restart(&mut self);
}

/// Counts bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Bytes written so far.
    pub bytes: u64,
}

impl Sink for Count {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
    }

    fn restart(&mut self) {
        self.bytes = 0;
    }
}

impl Sink for Fnv1 {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }

    fn restart(&mut self) {
        *self = Self::default();
    }
}

/// Keeps the bytes; the vector must be empty at the start.
impl Sink for Vec<u8> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    fn restart(&mut self) {
        self.clear();
    }
}

/// Two sinks receive the same.
impl<A: Sink, B: Sink> Sink for (A, B) {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
        self.1.write(bytes);
    }

    fn enter(&mut self, name: &'static str) {
        self.0.enter(name);
        self.1.enter(name);
    }

    fn leave(&mut self) {
        self.0.leave();
        self.1.leave();
    }

    fn restart(&mut self) {
        self.0.restart();
        self.1.restart();
    }
}

impl<S: Sink> Sink for &mut S {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        (**self).write(bytes);
    }

    fn enter(&mut self, name: &'static str) {
        (**self).enter(name);
    }

    fn leave(&mut self) {
        (**self).leave();
    }

    fn restart(&mut self) {
        (**self).restart();
    }
}
