// The step machine as an addon of Node: memory that JavaScript sees as a Float32Array, programs made from words, steps run in the
// calling thread with the others' help. Built by `scripts/native/machine.mjs`. Next: `program.h`; `../load.ts` on the other side.
#include <node_api.h>

#include <algorithm>

#include "function.h"
#include "processors.h"
#include "program.h"

namespace latently {
namespace {

// Threads outlive everything: they may be asleep in the library's code when Node takes an environment down.
Pool& SharedPool(int threads) {
  static Pool* pool = new Pool(threads);
  return *pool;
}

std::mutex& OneAtATime() {
  static auto* mutex = new std::mutex;
  return *mutex;
}

struct Loaded {
  Program program;
  Memory memory;
};

napi_value Nothing(napi_env env) {
  napi_value value;
  napi_get_undefined(env, &value);
  return value;
}

template <class Body>
napi_value Guarded(napi_env env, const Body& body) {
  try {
    return body();
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
    return nullptr;
  }
}

template <size_t count>
void Arguments(napi_env env, napi_callback_info info, napi_value (&values)[count]) {
  size_t given = count;
  napi_get_cb_info(env, info, &given, values, nullptr, nullptr);
  if (given != count) throw std::runtime_error("wrong number of arguments");
}

struct Words {
  float* data;
  size_t length;
};

Words WordsOf(napi_env env, napi_value value) {
  napi_typedarray_type type;
  size_t length, offset;
  void* data;
  napi_value buffer;
  const bool works = napi_get_typedarray_info(env, value, &type, &length, &data, &buffer, &offset) == napi_ok;
  if (!works || (type != napi_float32_array && type != napi_int32_array))
    throw std::runtime_error("expected a Float32Array or an Int32Array");
  return {static_cast<float*>(data), length};
}

int64_t IntegerOf(napi_env env, napi_value value) {
  int64_t integer;
  if (napi_get_value_int64(env, value, &integer) != napi_ok) throw std::runtime_error("expected a number");
  return integer;
}

Loaded& LoadedOf(napi_env env, napi_value value) {
  void* loaded = nullptr;
  if (napi_get_value_external(env, value, &loaded) != napi_ok) throw std::runtime_error("expected a program");
  return *static_cast<Loaded*>(loaded);
}

// allocate(words): a zeroed Float32Array on a cache line of its own.
napi_value Allocate(napi_env env, napi_callback_info info) {
  return Guarded(env, [&] {
    napi_value arguments[1];
    Arguments(env, info, arguments);
    const size_t words = std::max<int64_t>(1, IntegerOf(env, arguments[0]));
    const size_t bytes = (words * sizeof(float) + 127) / 64 * 64;
    void* data = std::aligned_alloc(64, bytes);
    if (data == nullptr) throw std::runtime_error("out of memory: " + std::to_string(bytes) + " bytes");
    std::memset(data, 0, bytes);
    int64_t adjusted;
    napi_adjust_external_memory(env, static_cast<int64_t>(bytes), &adjusted);
    const auto release = [](napi_env environment, void* memory, void* hint) {
      int64_t left;
      napi_adjust_external_memory(environment, -reinterpret_cast<int64_t>(hint), &left);
      std::free(memory);
    };
    napi_value buffer, array;
    const auto hint = reinterpret_cast<void*>(static_cast<int64_t>(bytes));
    if (napi_create_external_arraybuffer(env, data, words * sizeof(float), release, hint, &buffer) != napi_ok)
      throw std::runtime_error("memory cannot be shared with JavaScript here");
    napi_create_typedarray(env, napi_float32_array, words, buffer, 0, &array);
    return array;
  });
}

Program ProgramOf(napi_env env, napi_value value) {
  const Words words = WordsOf(env, value);
  return Program(reinterpret_cast<int32_t*>(words.data), static_cast<int64_t>(words.length));
}

Memory MemoryOf(napi_env env, napi_value arrays) {
  uint32_t count = 0;
  napi_get_array_length(env, arrays, &count);
  Memory memory;
  for (uint32_t i = 0; i < count; i++) {
    napi_value buffer;
    napi_get_element(env, arrays, i, &buffer);
    memory.buffers.push_back(WordsOf(env, buffer).data);
  }
  return memory;
}

// load(words, buffers): a program on the memory of these arrays, which the caller keeps alive.
napi_value Load(napi_env env, napi_callback_info info) {
  return Guarded(env, [&] {
    napi_value arguments[2];
    Arguments(env, info, arguments);
    auto loaded = std::make_unique<Loaded>(Loaded{ProgramOf(env, arguments[0]), MemoryOf(env, arguments[1])});
    const auto release = [](napi_env, void* data, void*) { delete static_cast<Loaded*>(data); };
    napi_value handle;
    napi_create_external(env, loaded.release(), release, nullptr, &handle);
    return handle;
  });
}

// run(program, told, toldAt, toldWords, tells, tellsAt, tellsWords, steps): places are in the first buffer.
napi_value Run(napi_env env, napi_callback_info info) {
  return Guarded(env, [&] {
    napi_value arguments[8];
    Arguments(env, info, arguments);
    const Loaded& loaded = LoadedOf(env, arguments[0]);
    const Words told = WordsOf(env, arguments[1]), tells = WordsOf(env, arguments[4]);
    const auto integer = [&](int i) { return IntegerOf(env, arguments[i]); };
    const Slots slots{{0, integer(2)}, {0, integer(5)}, integer(3), integer(6)};
    const int64_t steps = integer(7);
    if (steps * slots.toldWords > static_cast<int64_t>(told.length) || steps * slots.tellsWords > static_cast<int64_t>(tells.length))
      throw std::runtime_error("too few words for so many steps");
    std::lock_guard<std::mutex> lock(OneAtATime());
    loaded.program.run(loaded.memory, SharedPool(ThreadCount()), slots, steps, reinterpret_cast<int32_t*>(told.data), tells.data);
    return Nothing(env);
  });
}

// define(words, buffers, types): a function of tensors on these arrays, which the caller keeps alive. Gives its number and its op.
napi_value DefineFunction(napi_env env, napi_callback_info info) {
  return Guarded(env, [&] {
    napi_value arguments[3];
    Arguments(env, info, arguments);
    const Words words = WordsOf(env, arguments[2]);
    Decoder types(reinterpret_cast<int32_t*>(words.data), static_cast<int64_t>(words.length));
    auto inputs = TensorTypes(types), outputs = TensorTypes(types);
    const auto function = std::make_shared<Function>(Function{ProgramOf(env, arguments[0]), MemoryOf(env, arguments[1]),
                                                              inputs, outputs, SharedPool(ThreadCount()), OneAtATime()});
    napi_value defined, id, op;
    napi_create_object(env, &defined);
    napi_create_int32(env, Define(function), &id);
    napi_create_string_utf8(env, OpNameOf(*function).c_str(), NAPI_AUTO_LENGTH, &op);
    napi_set_named_property(env, defined, "id", id);
    napi_set_named_property(env, defined, "op", op);
    return defined;
  });
}

// undefine(id): forgets a function; one that runs meanwhile ends first.
napi_value UndefineFunction(napi_env env, napi_callback_info info) {
  return Guarded(env, [&] {
    napi_value arguments[1];
    Arguments(env, info, arguments);
    Functions::Shared().remove(static_cast<int32_t>(IntegerOf(env, arguments[0])));
    return Nothing(env);
  });
}

// threads(): how many threads share a large instruction.
napi_value Threads(napi_env env, napi_callback_info) {
  napi_value count;
  napi_create_int32(env, ThreadCount(), &count);
  return count;
}

template <class Names>
napi_value ListOf(napi_env env, const Names& names) {
  napi_value list;
  napi_create_array(env, &list);
  uint32_t at = 0;
  for (const char* name : names) {
    napi_value text;
    napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &text);
    napi_set_element(env, list, at++, text);
  }
  return list;
}

void Offer(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

}  // namespace
}  // namespace latently

NAPI_MODULE_INIT() {
  using namespace latently;
  std::vector<const char*> instructions;
  for (const auto& kind : InstructionKinds()) instructions.push_back(kind.name);
  napi_set_named_property(env, exports, "instructions", ListOf(env, instructions));
  napi_set_named_property(env, exports, "operations", ListOf(env, OperationNames()));
  napi_set_named_property(env, exports, "doubleOperations", ListOf(env, DoubleOperationNames()));
  Offer(env, exports, "threads", Threads);
  Offer(env, exports, "allocate", Allocate);
  Offer(env, exports, "load", Load);
  Offer(env, exports, "run", Run);
  Offer(env, exports, "define", DefineFunction);
  Offer(env, exports, "undefine", UndefineFunction);
  return exports;
}
