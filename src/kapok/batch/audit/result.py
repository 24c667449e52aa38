"""What one promise came to in one bucket: its commitments, its breaches, what they cost, and who held the baton."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kapok.batch.audit.awards import NOT_IN_MONEY, Owed
from kapok.batch.audit.columns import UNKNOWN, Bucket, Words
from kapok.batch.audit.commitments import NEVER, Commitments
from kapok.kernel.promises.pack import Promise

Integers = npt.NDArray[np.int64]

SERVICE = "service"


@dataclass(frozen=True)
class Result:
    """`units` and `people` held the baton when a commitment fell due (if it was broken) or closed; `breaches` have `costs`."""

    promise: Promise
    bucket: Bucket
    made: Commitments
    breaches: Integers
    costs: Owed
    units: Words
    people: Words

    @property
    def began(self) -> Integers:
        """When each commitment was opened; what was never opened (a notice that was not given) counts from its end."""
        return np.where(self.made.opened == NEVER, self.made.closed, self.made.opened)

    @property
    def services(self) -> Words:
        """The service of each commitment."""
        words = self.bucket.facts.get(SERVICE)
        if words is None:
            return Words(np.full(len(self.made), UNKNOWN), pa.array([], pa.string()))
        return words.taken(self.made.case)

    @property
    def owed_minor(self) -> Integers:
        """What is owed in money for each commitment."""
        owed = np.zeros(len(self.made), np.int64)
        owed[self.breaches] = np.where(self.costs.minor == NOT_IN_MONEY, 0, self.costs.minor)
        return owed
