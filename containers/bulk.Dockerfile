# Bulk reading on Ray, as a job of its own or as a node of a cluster, from the clone's root:
#   docker build -f containers/bulk.Dockerfile -t digitnet-bulk .
#
# Pinned by its full version. A tag can be moved; for the very same bytes add the digest that
# `docker buildx imagetools inspect python:3.13.7-slim-bookworm` prints: FROM python:...@sha256:...
FROM python:3.13.7-slim-bookworm

# No .pyc at run time and no home: the root file system may be read-only. Ray's workers start
# elsewhere than in /app.
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONPATH=/app \
    HOME=/tmp \
    RAY_USAGE_STATS_ENABLED=0

WORKDIR /app
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin digitnet

# Packages before the code, which changes more often.
COPY containers/bulk.txt ./
RUN pip install --no-cache-dir --only-binary=:all: --requirement bulk.txt

COPY edge_demo ./edge_demo
RUN python -m compileall -q edge_demo

USER 10001:10001

# Job or node, Ray's raylet runs in it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", \
    "import glob; raise SystemExit('raylet' not in [open(path).read().strip() for path in glob.glob('/proc/[0-9]*/comm')])"]

CMD ["python", "-m", "edge_demo.bulk", "--help"]
