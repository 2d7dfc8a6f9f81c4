//! Memory for the brotli decoder, which asks for an allocator of its own.

use alloc::boxed::Box;
use alloc::vec;

use brotli_decompressor::{Allocator, SliceWrapper, SliceWrapperMut};

/// Allocates on the heap.
pub(super) struct Heap;

/// A slice on the heap.
pub(super) struct HeapSlice<T>(Box<[T]>);

impl<T> Default for HeapSlice<T> {
    fn default() -> Self {
        Self(Box::default())
    }
}

impl<T> SliceWrapper<T> for HeapSlice<T> {
    fn slice(&self) -> &[T] {
        &self.0
    }
}

impl<T> SliceWrapperMut<T> for HeapSlice<T> {
    fn slice_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T: Clone + Default> Allocator<T> for Heap {
    type AllocatedMemory = HeapSlice<T>;

    fn alloc_cell(&mut self, length: usize) -> Self::AllocatedMemory {
        HeapSlice(vec![T::default(); length].into_boxed_slice())
    }

    fn free_cell(&mut self, _: Self::AllocatedMemory) {}
}
