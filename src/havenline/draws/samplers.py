"""Samplers that take a key: exact distributions, no state, usable inside compiled kernels.

References
----------
Binomial: inversion for small means; BTRS of Hoermann (1993), "The generation of binomial
random variates", J. Stat. Comput. Simul. 46, for the rest. Poisson: inversion; PTRS of
Hoermann (1993), "The transformed rejection method for generating Poisson random variables".
Gamma: Marsaglia and Tsang (2000), "A simple method for generating gamma variables".
"""

from __future__ import annotations

import math

import numpy as np
from numba import uint64

from havenline.draws.kernels import kernel, kernel_entry
from havenline.draws.keys import mix, uniform

_TWO_PI = 2.0 * math.pi
_INVERSES = 64
_INVERSE = 1.0 / np.maximum(np.arange(_INVERSES), 1)  # a multiplication is faster than a division


@kernel
def exponential(key):  # type: ignore[no-untyped-def]
    """Return a standard exponential draw (mean 1)."""
    return -math.log(uniform(key, 0))


@kernel
def normal(key):  # type: ignore[no-untyped-def]
    """Return a standard normal draw (Box and Muller)."""
    return math.sqrt(-2.0 * math.log(uniform(key, 0))) * math.cos(_TWO_PI * uniform(key, 1))


@kernel
def _stirling_tail(k):  # type: ignore[no-untyped-def]
    # log(k!) - [log(sqrt(2 pi)) + (k + 1/2) log(k + 1) - (k + 1)]
    if k < 10:
        return math.lgamma(k + 1.0) - 0.9189385332046727 - (k + 0.5) * math.log(k + 1.0) + (k + 1.0)
    r = 1.0 / (k + 1.0)
    r2 = r * r
    return (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / 1260.0 * r2) * r2) * r


@kernel
def _binomial_inversion(n, p, key):  # type: ignore[no-untyped-def]
    u = uniform(key, 0)
    if u <= 1.0 - n * p:  # nobody: (1 - p)^n is never less
        return 0
    q = 1.0 - p
    s = p / q
    f = math.exp(n * math.log1p(-p))
    k = 0
    while u > f:
        u -= f
        k += 1
        if k > n:
            return n
        f *= s * (n - k + 1) * (_INVERSE[k] if k < _INVERSES else 1.0 / k)
        if f < 1e-300:
            return k
    return k


@kernel
def _btrs_accepts(n, p, spq, a, b, us, v, kf):  # type: ignore[no-untyped-def]
    # The full test, which one proposal in seven comes to.
    alpha = (2.83 + 5.1 / b) * spq
    m = np.floor((n + 1) * p)
    top = (
        _stirling_tail(m)
        + _stirling_tail(n - m)
        + (m + 0.5) * math.log(m + 1.0)
        + (n - m + 0.5) * math.log(n - m + 1.0)
    )
    bound = (  # log of the probability of kf over that of the mode
        top
        - _stirling_tail(kf)
        - _stirling_tail(n - kf)
        - (kf + 0.5) * math.log(kf + 1.0)
        - (n - kf + 0.5) * math.log(n - kf + 1.0)
        + (kf - m) * math.log(p / (1.0 - p))
    )
    return math.log(v * alpha / (a / (us * us) + b)) <= bound


@kernel
def _binomial_btrs(n, p, key):  # type: ignore[no-untyped-def]
    spq = math.sqrt(n * p * (1.0 - p))
    b = 1.15 + 2.53 * spq
    a = -0.0873 + 0.0248 * b + 0.01 * p
    c = n * p + 0.5
    vr = 0.92 - 4.2 / b
    number = 0
    while True:
        u = uniform(key, number) - 0.5
        v = uniform(key, number + 1)
        number += 2
        us = 0.5 - abs(u)
        kf = math.floor((2.0 * a / us + b) * u + c)
        if kf < 0 or kf > n:
            continue
        if (us >= 0.07 and v <= vr) or _btrs_accepts(n, p, spq, a, b, us, v, kf):
            return np.int64(kf)


@kernel_entry
def binomial(n, p, key):  # type: ignore[no-untyped-def]
    """Return a binomial draw.

    Parameters
    ----------
    n : int64
        Number of persons, 0 or more.
    p : float64
        Probability for each; values outside 0 to 1 are cut.
    key : uint64
        Key of the draw.

    Returns
    -------
    int64
    """
    if n <= 0 or p <= 0.0:
        return np.int64(0)
    if p >= 1.0:
        return np.int64(n)
    if n == 1:
        return np.int64(uniform(key, 0) < p)
    if p > 0.5:
        return n - binomial(n, 1.0 - p, key)
    if n * p < 10.0:
        return np.int64(_binomial_inversion(n, p, key))
    return _binomial_btrs(n, p, key)


@kernel
def _beta_fraction(a, b, x):  # type: ignore[no-untyped-def]
    # Continued fraction of the incomplete beta function, by the method of Lentz
    # (DLMF 8.17.22).
    tiny = 1e-300
    c = 1.0
    d = 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > tiny else tiny)
    h = d
    for m in range(1, 10_000):
        for odd in range(2):
            if odd == 0:
                t = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
            else:
                t = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
            d = 1.0 + t * d
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = 1.0 + t / c
            if abs(c) < tiny:
                c = tiny
            h *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return h


@kernel
def _log_mass(n, p, k):  # type: ignore[no-untyped-def]
    return (
        math.lgamma(n + 1.0)
        - math.lgamma(k + 1.0)
        - math.lgamma(n - k + 1.0)
        + k * math.log(p)
        + (n - k) * math.log1p(-p)
    )


@kernel
def binomial_cdf(n, p, k):  # type: ignore[no-untyped-def]
    """Return P(Binomial(n, p) <= k), for 0 < p < 1, by the incomplete beta function."""
    if k < 0:
        return 0.0
    if k >= n:
        return 1.0
    a, b = n - k, k + 1.0
    # I_{1-p}(a, b), from the side on which the continued fraction is fast.
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log1p(-p) + b * math.log(p)
    )
    if 1.0 - p < (a + 1.0) / (a + b + 2.0):
        return front * _beta_fraction(a, b, 1.0 - p) / a
    return 1.0 - front * _beta_fraction(b, a, p) / b


@kernel_entry
def binomial_quantile(n, p, u):  # type: ignore[no-untyped-def]
    """Return the smallest k with P(Binomial(n, p) <= k) >= u.

    Rising in ``p`` and in ``n`` for the same ``u``, which coupled draws need.

    Parameters
    ----------
    n : int64
        Number of persons, 0 or more.
    p : float64
        Probability for each.
    u : float64
        Between 0 and 1.
    """
    if n <= 0 or p <= 0.0:
        return np.int64(0)
    if p >= 1.0:
        return np.int64(n)
    s = p / (1.0 - p)
    if n * p < 50.0:  # sum from the lower end
        k = 0.0
        f = math.exp(n * math.log1p(-p))
        total = f
        while total < u and k < n:
            k += 1.0
            f *= s * (n - k + 1.0) / k
            total += f
            if f < 1e-300 and k > n * p:
                break
        return np.int64(k)
    # Start from the logistic guess at the normal quantile and walk; exact all the same.
    sd = math.sqrt(n * p * (1.0 - p))
    guess = n * p + sd * 0.5875 * math.log(u / (1.0 - u))
    k = min(max(math.floor(guess), 0.0), np.float64(n))
    total = binomial_cdf(n, p, k)
    f = math.exp(_log_mass(n, p, k))
    while total < u and k < n:
        k += 1.0
        f *= s * (n - k + 1.0) / k
        total += f
    while k > 0.0 and total - f >= u:
        total -= f
        f *= k / (s * (n - k + 1.0))
        k -= 1.0
    return np.int64(k)


@kernel
def _hypergeometric_inversion(good, bad, k, u):  # type: ignore[no-untyped-def]
    # From the mode outward, alternately up and down; exact, cost about one standard deviation.
    low = max(0, k - bad)
    high = min(k, good)
    mode = (k + 1.0) * (good + 1.0) / (good + bad + 2.0)
    m = np.int64(min(max(math.floor(mode), low), high))
    f_mode = math.exp(
        math.lgamma(good + 1.0)
        - math.lgamma(m + 1.0)
        - math.lgamma(good - m + 1.0)
        + math.lgamma(bad + 1.0)
        - math.lgamma(k - m + 1.0)
        - math.lgamma(bad - k + m + 1.0)
        - math.lgamma(good + bad + 1.0)
        + math.lgamma(k + 1.0)
        + math.lgamma(good + bad - k + 1.0)
    )
    rest = u - f_mode
    if rest <= 0.0:
        return m
    up = m
    down = m
    f_up = f_mode
    f_down = f_mode
    while up < high or down > low:
        if up < high:
            f_up *= (good - up) * (k - up) / ((up + 1.0) * (bad - k + up + 1.0))
            up += 1
            rest -= f_up
            if rest <= 0.0:
                return up
        if down > low:
            f_down *= down * (bad - k + down) / ((good - down + 1.0) * (k - down + 1.0))
            down -= 1
            rest -= f_down
            if rest <= 0.0:
                return down
        if f_up < 1e-18 and f_down < 1e-18:
            break
    return m


@kernel
def hypergeometric(good, bad, k, key):  # type: ignore[no-untyped-def]
    """Return how many of ``k`` persons taken without replacement are among the ``good``.

    Parameters
    ----------
    good, bad : int64
        Persons of the kind counted, and others.
    k : int64
        Persons taken, at most ``good + bad``.
    key : uint64
        Key of the draw.
    """
    if k <= 0 or good <= 0:
        return np.int64(0)
    if bad <= 0:
        return np.int64(k)
    if k >= good + bad:
        return np.int64(good)
    if 2 * k > good + bad:
        return np.int64(
            good - _hypergeometric_inversion(good, bad, good + bad - k, uniform(key, 0))
        )
    return np.int64(_hypergeometric_inversion(good, bad, k, uniform(key, 0)))


@kernel
def _poisson_ptrs(mean, key):  # type: ignore[no-untyped-def]
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    inv_alpha = 1.1239 + 1.1328 / (b - 3.4)
    vr = 0.9277 - 3.6224 / (b - 2.0)
    log_mean = math.log(mean)
    number = 0
    while True:
        u = uniform(key, number) - 0.5
        v = uniform(key, number + 1)
        number += 2
        us = 0.5 - abs(u)
        k = math.floor((2.0 * a / us + b) * u + mean + 0.43)
        if us >= 0.07 and v <= vr:
            return np.int64(k)
        if k < 0 or (us < 0.013 and v > us):
            continue
        if math.log(v) + math.log(inv_alpha) - math.log(a / (us * us) + b) <= (
            k * log_mean - mean - math.lgamma(k + 1.0)
        ):
            return np.int64(k)


@kernel
def poisson(mean, key):  # type: ignore[no-untyped-def]
    """Return a Poisson draw; a mean of zero or less gives 0."""
    if mean <= 0.0:
        return np.int64(0)
    if mean >= 10.0:
        return _poisson_ptrs(mean, key)
    f = math.exp(-mean)
    u = uniform(key, 0)
    k = 0
    while u > f:
        u -= f
        k += 1
        f *= mean * (_INVERSE[k] if k < _INVERSES else 1.0 / k)
        if f < 1e-300:
            break
    return np.int64(k)


@kernel
def gamma(shape, key):  # type: ignore[no-untyped-def]
    """Return a gamma draw with the given shape and scale 1 (shape above 0)."""
    boost = 1.0
    a = shape
    if a < 1.0:
        boost = uniform(key, 0) ** (1.0 / a)
        a += 1.0
    d = a - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    number = 1
    while True:
        x = normal(mix(key, number))
        u = uniform(key, number)
        number += 1
        v = 1.0 + c * x
        if v <= 0.0:
            continue
        v = v * v * v
        if math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v):
            return boost * d * v


@kernel
def beta(a, b, key):  # type: ignore[no-untyped-def]
    """Return a beta draw (a and b above 0)."""
    x = gamma(a, mix(key, 1))
    y = gamma(b, mix(key, 2))
    return x / (x + y) if x + y > 0.0 else a / (a + b)


@kernel
def negative_binomial(mean, size, key):  # type: ignore[no-untyped-def]
    """Return a negative binomial draw with variance ``mean + mean**2 / size``."""
    if mean <= 0.0:
        return np.int64(0)
    return poisson(mean / size * gamma(size, mix(key, uint64(3))), mix(key, uint64(4)))
