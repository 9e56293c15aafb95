#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Python's part of the check: modules of its regression tests, numbers, and
the authenticated ciphers of libcrypto, which the openssl program has not."""
import hashlib
import struct
import sys


def out(name, value):
    print("= %s: %s" % (name, value), flush=True)


def digest(data):
    return hashlib.sha256(data).hexdigest()


def bits(values):
    """The doubles' bits, so that NaNs and signs of zero count."""
    return struct.pack("<%dd" % len(values), *values)


# ---- Python's own tests ----

def run_tests(name, leave_out):
    import contextlib
    import importlib
    import io
    import os
    import time
    import unittest
    from test import support

    class Result(unittest.TestResult):
        def __init__(self):
            super().__init__()
            self.seen = []

        def addSuccess(self, t):
            self.seen.append("%s ok" % t.id())

        def addSkip(self, t, why):
            super().addSkip(t, why)
            self.seen.append("%s skipped" % t.id())

        def addExpectedFailure(self, t, err):
            super().addExpectedFailure(t, err)
            self.seen.append("%s expected" % t.id())

        def addFailure(self, t, err):
            super().addFailure(t, err)
            self.seen.append("%s FAIL" % t.id())

        addError = addFailure

        def addSubTest(self, t, sub, err):
            super().addSubTest(t, sub, err)
            if err:
                self.seen.append("%s FAIL" % sub.id())

    support.use_resources = []
    os.chdir("/tmp/w")
    start = time.monotonic()
    r = Result()
    module = importlib.import_module("test." + name)
    load = unittest.defaultTestLoader

    def run(*tests):
        for t in tests:
            if isinstance(t, str):
                t = load.loadTestsFromName(t)
            elif isinstance(t, type):
                t = load.loadTestsFromTestCase(t)
            without(t, leave_out)
            with contextlib.redirect_stdout(io.StringIO()):
                t.run(r)

    if hasattr(module, "test_main") and hasattr(module, "run_unittest"):
        module.run_unittest = run
        module.run_doctest = lambda *a, **k: None
        module.test_main()
    else:
        run("test." + name)
    seen = sorted(r.seen)
    out(name, "%d run, %d failed, %d skipped, %s" % (
        r.testsRun, len(r.failures) + len(r.errors), len(r.skipped),
        digest("\n".join(seen).encode())[:16]))
    for s in seen:
        if s.endswith("FAIL"):
            out(name + " failed", s)
    for t, trace in (r.failures + r.errors)[:3]:
        print(trace, file=sys.stderr)
    print("# time %s %.2f" % (name, time.monotonic() - start))


def without(suite, leave_out):
    """Take the tests out whose names have one of the words in them."""
    for i, t in enumerate(suite._tests):
        if hasattr(t, "_tests"):
            without(t, leave_out)
        elif any(w in t.id() for w in leave_out):
            suite._tests[i] = type(suite)()


# ---- numbers ----

def grid():
    xs = [0.0, 5e-324, 2.2250738585072014e-308, 1e-300, 1e-10, 1e300,
          1.7976931348623157e308, float("inf"), float("nan")]
    xs += [i / 37 for i in range(1, 60)]
    xs += [1.5 ** i for i in range(-60, 60, 3)]
    return xs + [-x for x in xs]


def call(f, *args):
    try:
        r = f(*args)
    except ValueError:
        return [-1.25]
    except OverflowError:
        return [-2.25]
    except ZeroDivisionError:
        return [-3.25]
    if isinstance(r, complex):
        return [r.real, r.imag]
    if isinstance(r, tuple):
        return [float(v) for v in r]
    return [float(r)]


def numeric():
    import cmath
    import decimal
    import fractions
    import math
    import random

    xs = grid()
    for n in ("sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh "
              "exp exp2 expm1 log log1p log2 log10 sqrt cbrt erf erfc gamma "
              "lgamma fabs floor ceil trunc degrees radians frexp "
              "modf").split():
        f = getattr(math, n)
        v = []
        for x in xs:
            v += call(f, x)
        out("math " + n, digest(bits(v)))
    for n in ("pow atan2 fmod remainder hypot copysign nextafter").split():
        f = getattr(math, n)
        v = []
        for x in xs[::3]:
            for y in xs[::5]:
                v += call(f, x, y)
        out("math " + n, digest(bits(v)))
    for n in "sqrt exp log sin cos tan asinh acos atanh".split():
        f = getattr(cmath, n)
        v = []
        for x in xs[::4]:
            for y in xs[::7]:
                v += call(f, complex(x, y))
        out("cmath " + n, digest(bits(v)))
    out("repr", digest(" ".join(repr(x) for x in xs).encode()))
    out("strings", digest(bits([float("%.17g" % x) for x in xs] +
                               [float(repr(x * 1.1)) for x in xs])))
    out("format", digest(" ".join("%.3e %.10f %g" % (x, x, x)
                                  for x in xs).encode()))
    rnd = random.Random(20)
    v = [rnd.random() for _ in range(2000)]
    out("random", digest(bits(v)))
    out("gauss", digest(bits([rnd.gauss(0, 1) for _ in range(2000)])))
    out("fsum", repr(math.fsum(v)))
    out("half", digest(b"".join(struct.pack("<e", x * 3 - 1) for x in v)))
    out("single", digest(struct.pack("<2000f", *v)))
    a, b = 3 ** 3000 + 1, 7 ** 1100
    out("long", digest(str([a * b, a // b, a % b, pow(3, a % 10 ** 40, b),
                            math.isqrt(a), math.gcd(a * 12, b * 18)])
                       .encode()))
    out("factorial", digest(str(math.factorial(900)).encode()))
    decimal.getcontext().prec = 300
    d = decimal.Decimal
    out("decimal", digest(str([d(2).sqrt(), d(3).exp(), d(10).ln(),
                               d(1) / d(7) ** 31]).encode()))
    f = sum(fractions.Fraction(1, i) for i in range(1, 300))
    out("fractions", digest(str(f).encode()))
    x = 0.3
    for _ in range(20000):
        x = 3.9 * x * (1 - x)
    out("logistic", x.hex())


# ---- authenticated ciphers ----

def aead():
    import ctypes

    lib = ctypes.CDLL("libcrypto.so.3")
    lib.EVP_CIPHER_CTX_new.restype = ctypes.c_void_p
    lib.EVP_CIPHER_fetch.restype = ctypes.c_void_p
    p, i = ctypes.c_void_p, ctypes.c_int
    lib.EVP_CIPHER_fetch.argtypes = [p, ctypes.c_char_p, p]
    for n in ("Encrypt", "Decrypt"):
        getattr(lib, "EVP_%sInit_ex" % n).argtypes = [
            p, p, p, ctypes.c_char_p, ctypes.c_char_p]
        getattr(lib, "EVP_%sUpdate" % n).argtypes = [
            p, ctypes.c_char_p, p, ctypes.c_char_p, i]
        getattr(lib, "EVP_%sFinal_ex" % n).argtypes = [
            p, ctypes.c_char_p, p]
    lib.EVP_CIPHER_CTX_ctrl.argtypes = [p, i, i, ctypes.c_char_p]
    lib.EVP_CIPHER_CTX_free.argtypes = [p]
    set_ivlen, get_tag, set_tag = 9, 16, 17

    def run(name, encrypt, key, iv, aad, text, tag=None):
        op = "Encrypt" if encrypt else "Decrypt"
        init = getattr(lib, "EVP_%sInit_ex" % op)
        update = getattr(lib, "EVP_%sUpdate" % op)
        final = getattr(lib, "EVP_%sFinal_ex" % op)
        n = i(0)
        ctx = lib.EVP_CIPHER_CTX_new()
        cipher = lib.EVP_CIPHER_fetch(None, name.encode(), None)
        ok = init(ctx, cipher, None, None, None)
        ok &= lib.EVP_CIPHER_CTX_ctrl(ctx, set_ivlen, len(iv), None)
        if "CCM" in name or not encrypt:
            ok &= lib.EVP_CIPHER_CTX_ctrl(ctx, set_tag, 16, tag)
        ok &= init(ctx, None, None, key, iv)
        buf = ctypes.create_string_buffer(len(text) + 32)
        if "CCM" in name:
            ok &= update(ctx, None, ctypes.byref(n), None, len(text))
        if aad:
            ok &= update(ctx, None, ctypes.byref(n), aad, len(aad))
        ok &= update(ctx, buf, ctypes.byref(n), text, len(text))
        done = n.value
        if "CCM" not in name or encrypt:
            rest = ctypes.create_string_buffer(32)
            ok &= final(ctx, rest, ctypes.byref(n))
            got = buf.raw[:done] + rest.raw[:n.value]
        else:
            got = buf.raw[:done]
        if encrypt:
            t = ctypes.create_string_buffer(16)
            ok &= lib.EVP_CIPHER_CTX_ctrl(ctx, get_tag, 16, t)
            tag = t.raw
        lib.EVP_CIPHER_CTX_free(ctx)
        return (got, tag) if ok == 1 else (None, None)

    h = bytes.fromhex
    good = True

    # The GCM specification's test case 2; RFC 8439, 2.8.2.
    got, tag = run("AES-128-GCM", 1, bytes(16), bytes(12), b"", bytes(16))
    good &= got == h("0388dace60b6a392f328c2b971b2fe78")
    good &= tag == h("ab6e47d42cec13bdf53a67b21257bddf")
    sun = (b"Ladies and Gentlemen of the class of '99: If I could offer you "
           b"only one tip for the future, sunscreen would be it.")
    got, tag = run("ChaCha20-Poly1305", 1, bytes(range(0x80, 0xa0)),
                   h("070000004041424344454647"),
                   h("50515253c0c1c2c3c4c5c6c7"), sun)
    good &= got[:8] == h("d31a8d34648e60db")
    good &= tag == h("1ae10b594f09e26a7e902ecbd0600691")
    print("known answers", "good" if good else "WRONG")

    data = open("/check/binary", "rb").read(70000)
    key = bytes(range(7, 39))
    lengths = list(range(1, 70)) + [127, 128, 129, 255, 256, 257, 287, 288,
                                    383, 384, 385, 511, 512, 513, 767, 768,
                                    769, 1023, 1500, 4096, 16384, 65537]
    for name, n in (("AES-128-GCM", 16), ("AES-192-GCM", 24),
                    ("AES-256-GCM", 32), ("AES-128-CCM", 16),
                    ("AES-256-OCB", 32), ("ARIA-128-GCM", 16),
                    ("ChaCha20-Poly1305", 32)):
        all_ = hashlib.sha256()
        for m in lengths:
            text, aad = data[m:2 * m], data[:m % 40]
            got, tag = run(name, 1, key[:n], key[:12], aad, text)
            back, _ = run(name, 0, key[:n], key[:12], aad, got, tag)
            good &= back == text
            all_.update(got + tag)
        print(name, all_.hexdigest())
    print("round trips", "good" if good else "WRONG")
    if not good:
        sys.exit("aead: a known answer or a round trip is wrong")


# ---- numpy ----

def numpy_():
    import numpy as np

    rnd = np.random.RandomState(7)
    for t in "int8 uint8 int16 uint16 int32 int64 uint64".split():
        a = rnd.randint(1, 100, 1003).astype(t)
        b = rnd.randint(1, 100, 1003).astype(t)
        v = [a + b, a - b, a * b, a // b, a % b, a << (b & 7), a ^ b, a < b,
             np.maximum(a, b), np.cumsum(a), np.sort(a), np.argsort(a)]
        out("numpy " + t, digest(b"".join(x.tobytes() for x in v)))
    for t in "float32 float64".split():
        a = (rnd.standard_normal(1003) * 40).astype(t)
        b = rnd.standard_normal(1003).astype(t)
        v = [a + b, a * b, a / b, np.sqrt(abs(a)), np.floor(a), np.rint(a),
             np.minimum(a, b), np.sort(a), np.partition(a, 99), a < b,
             np.isnan(a), a.astype("int32"), a.astype("float16"),
             np.clip(a, -1, 1), np.where(a > b, a, b), np.sum(a), np.dot(a, b),
             np.reciprocal(b), np.trunc(a), np.signbit(a), np.spacing(b)]
        out("numpy " + t, digest(b"".join(x.tobytes() for x in v)))
        for n in "sin cos exp log tanh exp2 log1p arctan power".split():
            f = getattr(np, n)
            r = f(abs(a), b) if n == "power" else f(abs(b))
            out("numpy %s %s" % (t, n), digest(r.tobytes()))
    m = rnd.standard_normal((40, 40))
    out("numpy matmul", digest((m @ m.T).tobytes()))
    out("numpy solve", digest(np.linalg.solve(m, m[0]).tobytes()))
    out("numpy svd", digest(np.linalg.svd(m)[1].tobytes()))
    out("numpy fft", digest(np.fft.fft(m).tobytes()))
    out("numpy einsum", digest(np.einsum("ij,kj->ik", m, m).tobytes()))


if __name__ == "__main__":
    what = sys.argv[1]
    if what == "test":
        words = sys.argv[2:]
        for w in words:
            if not w.startswith("-"):
                run_tests(w, [x[1:] for x in words if x.startswith("-")])
        sys.exit(0)
    {"numeric": numeric, "aead": aead, "numpy": numpy_}[what]()
