#pragma once

// The commit that a release is made from; empty in every other build.
const char *cbuild_commit(void);
