# The device and its page, from the clone's root:
#   docker build -f containers/page.Dockerfile -t digitnet-page .
#
# Pinned by its full version. A tag can be moved; for the very same bytes add the digest that
# `docker buildx imagetools inspect python:3.13.7-slim-bookworm` prints: FROM python:...@sha256:...
FROM python:3.13.7-slim-bookworm

# No .pyc at run time and no home: the root file system may be read-only.
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp

WORKDIR /app
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin digitnet

# Packages before the code, which changes more often.
COPY containers/page.txt ./
RUN pip install --no-cache-dir --only-binary=:all: --requirement page.txt

COPY edge_demo ./edge_demo
RUN python -m compileall -q edge_demo

USER 10001:10001
EXPOSE 8000

# The page answers everybody else than its user with 401: that, too, says that it is there.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "import http.client; page = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); page.request('GET', '/api/health'); raise SystemExit(page.getresponse().status not in (200, 401))"]

ENTRYPOINT ["python", "-m", "edge_demo"]
CMD ["--web", "0.0.0.0:8000"]
