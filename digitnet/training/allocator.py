"""Memory that a step frees is kept for the next step, and not given back to the system."""

import ctypes
import sys

# Of glibc's malloc.h. Blocks of up to 32 MiB, the most it takes, are cut from the heap and not
# mapped one by one; 2 GiB that are free stay; heaps grow, and are kept, by 64 MiB.
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3
KEEP = {M_MMAP_THRESHOLD: 2**25, M_TRIM_THRESHOLD: 2**31 - 1, M_TOP_PAD: 2**26}


def keep_freed_memory() -> bool:
    """Tells the C library to keep what is freed, for the rest of the process.

    To be called before TensorFlow is imported: later it had no effect on a step's faults.

    TensorFlow allocates and frees each operation's buffers at every step. As glibc is set, most of
    them go back to the system and are mapped and cleared anew page by page: LeNet's step took 74
    page faults an image, and 26 to 30 % of its processor time in the kernel; with this, 2 to 4 and
    3 to 7 %, for 55 MiB more (two-core x86-64 with other load, two runs each).

    Returns:
        Whether it was told: other systems' C libraries have no such settings.
    """
    if sys.platform != "linux":
        return False
    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):  # musl
        return False
    return all([library.mallopt(name, value) for name, value in KEEP.items()])
