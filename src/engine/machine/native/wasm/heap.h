// The heap of the WebAssembly module: all memory beyond the module's own data, first fit, neighbours joined when they are freed. It
// never makes the memory grow, since that would take JavaScript's arrays on it away. Everything begins on a cache line.
// Next: `wasm.cc`.
#pragma once
#include <cstddef>
#include <cstdint>

extern "C" char __heap_base;

namespace latently {
namespace heap {

constexpr size_t line = 64;

// What is free, in the order of addresses. A block's size, one line for itself included, stays in front of it while it is taken.
struct Block {
  size_t size;
  Block* next;
  char* end() { return reinterpret_cast<char*>(this) + size; }
};

inline Block* firstFree = nullptr;
inline uint64_t top = 0;

inline Block* TakeFromTop(uint64_t size) {
  if (top == 0) top = (reinterpret_cast<uintptr_t>(&__heap_base) + line - 1) / line * line;
  if (top + size > uint64_t{__builtin_wasm_memory_size(0)} * 65536) return nullptr;
  auto* block = reinterpret_cast<Block*>(static_cast<uintptr_t>(top));
  block->size = static_cast<size_t>(size);
  top += size;
  return block;
}

inline Block* TakeFree(uint64_t size) {
  for (Block** at = &firstFree; *at != nullptr; at = &(*at)->next) {
    Block* block = *at;
    if (block->size < size) continue;
    *at = block->next;
    if (block->size < size + 2 * line) return block;
    auto* rest = reinterpret_cast<Block*>(reinterpret_cast<char*>(block) + size);
    *rest = {block->size - static_cast<size_t>(size), block->next};
    *at = rest;
    block->size = static_cast<size_t>(size);
    return block;
  }
  return nullptr;
}

// Null where there is no more.
inline void* Take(size_t bytes) {
  const uint64_t size = line + (uint64_t{bytes} + line - 1) / line * line;
  Block* block = TakeFree(size);
  if (block == nullptr) block = TakeFromTop(size);
  return block == nullptr ? nullptr : reinterpret_cast<char*>(block) + line;
}

inline void Join(Block* block) {
  if (block->next == nullptr || block->end() != reinterpret_cast<char*>(block->next)) return;
  block->size += block->next->size;
  block->next = block->next->next;
}

inline void Give(void* memory) {
  if (memory == nullptr) return;
  auto* block = reinterpret_cast<Block*>(static_cast<char*>(memory) - line);
  Block* before = nullptr;
  for (Block* at = firstFree; at != nullptr && at < block; at = at->next) before = at;
  Block** link = before == nullptr ? &firstFree : &before->next;
  block->next = *link;
  *link = block;
  Join(block);
  if (before != nullptr) Join(before);
}

}  // namespace heap
}  // namespace latently
