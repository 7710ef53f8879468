/**
 * The archive of a small ONNX model, so that a new user can try the library without a framework. It tells smooth images from striped ones; its input is
 * `image`, 1x3x32x32. It is the model of examples/private-compilation, which a test compares.
 */
export const SAMPLE_ARCHIVE = Buffer.from(
  'H4sIAAAAAAACA+1UzW7TQBDejZ16NUlLsiKo5NLIBw6WigyEVgIJ3IDoFYHEgYu1TibJKo5teTdVjn2T5lwuPEGPPBd1YocmFXAgVCDlW612fr6ZHXlmrXQqE1SP4yiakr8E13Xdo3Z7'
  + 'frquu34+dY+fF/LC/sR91j4iLZfcASZKi5S4d3LXPwi2w+vd3uhQiQGOxQjTwwjjFxcMEMpyLAYIVl+GGlPFy9gboGrCmzg68+eybWay04DqCNMIQ18NRYKe4Rkzajk1sJROZQ+VRz2a'
  + 'WepgJqKnPLJYM2rBI1ik5UzpFKOBHjZ3P2A48QvVNjMVTmBJ4JY4w1QMsPnwNIwDEZ4s1PdxHPq5y67fcsFLKAI566PQkxRVs/YuFFpj5BcW28otTgVMMZVqn85oCT7BMgZYD7tSyTgC'
  + 'M5BC8R3VjbNclVMcj/2FYpuZ4tyDsgiToWgQcv56RqmzB2aAeqnDW8ij+W6SxoEIZCi1RNVsfIz7eiym/orZtnLzSnV8/qETVM43g5nMyFaN2l+N9W5/uby8ut6vfjURm+Bkvozzmxwb'
  + '4RT13IzZNGdNvvpZrX/K6RSPzelkfbzuYf5fanV+kG7Kt32d5XQ6+/MMVULOveUF84n9fJA/bv4A7jPKa1BiFErMgBJrZTs4gNVx5HtQZZSzgtgxgdQqZIsttthii/8V3wEutE1uAAwA'
  + 'AA==',
  'base64',
);
