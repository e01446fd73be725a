# Plenary in a container.
#
#   docker compose up -d            with compose.yaml; docs/operators.md says how
#   docker build -t plenary .       the image alone
#   docker run --rm plenary --help
#
# No --init is needed: the bot starts no processes that it would have to reap, and handles SIGTERM itself.
# The root file system may be read-only: everything that the bot writes goes to /data.

FROM python:3.13-slim AS build

# Exactly what is locked, each file checked against its hash. The lock names everything, so nothing is left to resolve.
RUN python -m venv /venv
COPY requirements.lock /
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r /requirements.lock

# The script that pyproject.toml declares, written out: so nothing unlocked is fetched to build a package.
RUN printf '#!/venv/bin/python\nimport sys\n\nfrom bot.__main__ import main\n\nsys.exit(main())\n' > /venv/bin/plenary \
    && chmod 755 /venv/bin/plenary

# Compiled here, because nothing can be written next to the sources later.
COPY bot /app/bot
COPY cogs /app/cogs
COPY config /app/config
RUN python -m compileall -q --invalidation-mode unchecked-hash /app/bot /app/cogs


FROM python:3.13-slim

# A fixed id, so that the owner of /data is known when it is mounted or backed up.
RUN groupadd --gid 10001 plenary \
    && useradd --uid 10001 --gid plenary --no-create-home --home-dir /data --shell /usr/sbin/nologin plenary \
    && install --directory --owner=plenary --group=plenary --mode=0700 /data

COPY --from=build /venv /venv
COPY --from=build /app /app

ENV PATH=/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PLENARY_DATABASE=/data/plenary.db

USER 10001:10001
WORKDIR /data
VOLUME /data

STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["plenary", "health"]

ENTRYPOINT ["plenary"]
CMD ["run"]
