#pragma once
#include <c10/util/Exception.h>

#include <cstring>

// Runs the body and turns a C++ exception into an error text.
template <class F> char *guarded(F body) {
  try {
    body();
    return nullptr;
  } catch (const c10::Error &e) {
    return strdup(e.what_without_backtrace());
  } catch (const std::exception &e) {
    return strdup(e.what());
  } catch (...) {
    return strdup("an exception of unknown type");
  }
}
