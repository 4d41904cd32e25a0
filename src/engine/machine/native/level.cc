// A tiny addon, compiled for any processor, that says which build of the machine this one can run: `level()`. Next: `level.h`.
#include "level.h"

#include <node_api.h>

namespace {
napi_value BestLevel(napi_env env, napi_callback_info) {
  napi_value name;
  napi_create_string_utf8(env, latently::Level(), NAPI_AUTO_LENGTH, &name);
  return name;
}
}  // namespace

NAPI_MODULE_INIT() {
  napi_value level;
  napi_create_function(env, "level", NAPI_AUTO_LENGTH, BestLevel, nullptr, &level);
  napi_set_named_property(env, exports, "level", level);
  return exports;
}
