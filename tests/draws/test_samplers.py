"""The samplers against SciPy's distributions, and the keys against each other."""

from typing import Any

import numpy as np
import pytest
from numba import njit
from scipy import stats

from havenline.draws import samplers
from havenline.draws.keys import key_of, key_of_text, mix, uniform

N = 40_000


@njit
def many(kind, a, b, c, n, seed):  # type: ignore[no-untyped-def]
    out = np.empty(n)
    for i in range(n):
        key = mix(mix(np.uint64(seed), np.uint64(7)), np.uint64(i))
        if kind == 0:
            out[i] = samplers.binomial(np.int64(a), b, key)
        elif kind == 1:
            out[i] = samplers.poisson(a, key)
        elif kind == 2:
            out[i] = samplers.negative_binomial(a, b, key)
        elif kind == 3:
            out[i] = samplers.gamma(a, key)
        elif kind == 4:
            out[i] = samplers.beta(a, b, key)
        elif kind == 5:
            out[i] = samplers.hypergeometric(np.int64(a), np.int64(b), np.int64(c), key)
        elif kind == 6:
            out[i] = samplers.normal(key)
        elif kind == 7:
            out[i] = samplers.exponential(key)
        elif kind == 8:
            out[i] = samplers.binomial_quantile(np.int64(a), b, uniform(key, 0))
        else:
            out[i] = uniform(key, 0)
    return out


def chi_square_p(sample: Any, dist: Any) -> float:
    """P-value of a chi-square test on bins of at least 20 expected."""
    lo, hi = int(dist.ppf(1e-6)), int(dist.ppf(1 - 1e-6)) + 1
    edges, expected, start, mass = [], [], lo, 0.0
    for k in range(lo, hi + 1):
        mass += dist.pmf(k)
        if mass * len(sample) >= 20:
            edges.append((start, k))
            expected.append(mass)
            start, mass = k + 1, 0.0
    if len(edges) < 2:
        return 1.0
    edges[0] = (-(10**12), edges[0][1])
    edges[-1] = (edges[-1][0], 10**12)
    expected[0] += dist.cdf(lo - 1)
    expected[-1] = 1 - sum(expected[:-1])
    observed = [np.count_nonzero((sample >= a) & (sample <= b)) for a, b in edges]
    return float(stats.chisquare(observed, np.array(expected) * len(sample)).pvalue)


@pytest.mark.parametrize(
    ("n", "p"),
    [
        (1, 0.3),
        (10, 0.5),
        (25, 0.2),
        (60, 0.17),
        (400, 0.03),
        (1000, 0.5),
        (50_000, 0.002),
        (50_000, 0.9),
        (3_000_000, 0.00015),
        (300_000_000, 0.00015),
    ],
)
@pytest.mark.parametrize("kind", [0, 8])
def test_binomial_matches_scipy(n: Any, p: Any, kind: Any) -> None:
    assert chi_square_p(many(kind, n, p, 0, N, 11), stats.binom(n, p)) > 1e-4


@pytest.mark.parametrize("mean", [0.02, 1.0, 9.5, 12.0, 80.0, 5000.0])
def test_poisson_matches_scipy(mean: Any) -> None:
    assert chi_square_p(many(1, mean, 0, 0, N, 3), stats.poisson(mean)) > 1e-4


@pytest.mark.parametrize(("mean", "size"), [(0.1, 0.3), (2.0, 0.3), (30.0, 0.3), (50.0, 5.0)])
def test_negative_binomial_matches_scipy(mean: Any, size: Any) -> None:
    dist = stats.nbinom(size, size / (size + mean))
    assert chi_square_p(many(2, mean, size, 0, N, 5), dist) > 1e-4


@pytest.mark.parametrize(
    ("good", "bad", "k"),
    [(5, 9, 4), (30, 5, 20), (400, 1600, 300), (9000, 20, 4000), (3, 90_000, 800)],
)
def test_hypergeometric_matches_scipy(good: Any, bad: Any, k: Any) -> None:
    dist = stats.hypergeom(good + bad, good, k)
    assert chi_square_p(many(5, good, bad, k, N, 9), dist) > 1e-4


@pytest.mark.parametrize(
    ("kind", "a", "b", "dist"),
    [
        (3, 0.3, 0, stats.gamma(0.3)),
        (3, 4.0, 0, stats.gamma(4.0)),
        (4, 2.0, 5.0, stats.beta(2, 5)),
        (6, 0, 0, stats.norm()),
        (7, 0, 0, stats.expon()),
        (9, 0, 0, stats.uniform()),
    ],
)
def test_continuous_samplers_match_scipy(kind: Any, a: Any, b: Any, dist: Any) -> None:
    assert stats.kstest(many(kind, a, b, 0, N, 21), dist.cdf).pvalue > 1e-4


def test_same_key_same_number_and_other_key_other_number() -> None:
    key = mix(np.uint64(1), np.uint64(2))
    assert uniform(key, 0) == uniform(key, 0)
    assert uniform(key, 0) != uniform(key, 1)
    assert mix(np.uint64(1), np.uint64(2)) != mix(np.uint64(2), np.uint64(1))
    assert key_of_text("dana") == key_of_text("dana") != key_of_text("danb")


def test_neighbouring_keys_are_uncorrelated() -> None:
    a = many(9, 0, 0, 0, N, 100)
    b = many(9, 0, 0, 0, N, 101)
    assert abs(np.corrcoef(a, b)[0, 1]) < 4 / np.sqrt(N)
    assert abs(np.corrcoef(a[:-1], a[1:])[0, 1]) < 4 / np.sqrt(N)


@pytest.mark.parametrize("n", [7, 900, 60_000])
def test_binomial_quantile_rises_with_probability_and_persons(n: Any) -> None:
    u = np.random.default_rng(1).random(200)
    for x in u:
        low = [samplers.binomial_quantile(n, p, x) for p in (1e-4, 0.01, 0.02, 0.3, 0.9, 1.0)]
        assert low == sorted(low)
        assert samplers.binomial_quantile(n + 50, 0.01, x) >= samplers.binomial_quantile(n, 0.01, x)


@pytest.mark.parametrize(
    ("n", "p", "expected"), [(0, 0.5, 0), (9, 0.0, 0), (9, 1.0, 9), (9, 2.0, 9)]
)
def test_binomial_at_the_edges(n: Any, p: Any, expected: Any) -> None:
    assert samplers.binomial(n, p, np.uint64(4)) == expected


def test_keys_outside_compiled_code_take_small_and_large_numbers_in_any_order() -> None:
    """Seed 3 gives a key above 2**63, which a function compiled for small numbers refuses."""
    keys = {seed: key_of(seed, 0, future) for seed in (*range(40), 2**63) for future in (0, 1)}
    assert max(keys.values()) > 2**63 > min(keys.values())
    assert key_of(7) == 7
    assert key_of(3, 0, 5) == np.uint64(
        mix(np.uint64(mix(np.uint64(3), np.uint64(0))), np.uint64(5))
    )
