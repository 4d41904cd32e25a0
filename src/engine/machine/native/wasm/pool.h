// The pool of WebAssembly: the calling thread alone does all chunks. Next: `../pool.h`, the same with threads.
#pragma once

namespace latently {

class Pool {
 public:
  int threads() const { return 1; }

  // Calls `body(chunk)` for every chunk below `chunks`.
  template <class Body>
  void each(int chunks, const Body& body) {
    for (int chunk = 0; chunk < chunks; chunk++) body(chunk);
  }
};

}  // namespace latently
