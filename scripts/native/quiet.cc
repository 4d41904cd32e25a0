// A second, tiny addon beside TensorFlow's: `hush()` sends the process's standard error to nowhere, `speak()` brings it back.
// TensorFlow's compiler writes notes through Abseil's log, which heeds no environment variable and prints everything until a
// program initialises it, which an addon cannot do. Used only around the first run of a compiled step (`engine/native/quiet.ts`).
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

#include <cstdio>

namespace {
int saved = -1;

napi_value Hush(napi_env, napi_callback_info) {
  if (saved >= 0) return nullptr;
  std::fflush(stderr);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere < 0) return nullptr;
  saved = dup(STDERR_FILENO);
  dup2(nowhere, STDERR_FILENO);
  close(nowhere);
  return nullptr;
}

napi_value Speak(napi_env, napi_callback_info) {
  if (saved < 0) return nullptr;
  std::fflush(stderr);
  dup2(saved, STDERR_FILENO);
  close(saved);
  saved = -1;
  return nullptr;
}

void Offer(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}
}  // namespace

NAPI_MODULE_INIT() {
  Offer(env, exports, "hush", Hush);
  Offer(env, exports, "speak", Speak);
  return exports;
}
