#ifndef ECHO_SHA256_H
#define ECHO_SHA256_H
#include <stddef.h>

void sha256(const unsigned char *bytes, size_t count, unsigned char digest[32]);
#endif
