# The whole program as an image; by itself it serves and works (`jobswipe up`). Data lies in the volume /data.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/jobswipe \
    && /opt/jobswipe/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY jobswipe ./jobswipe
COPY cli ./cli
COPY server ./server
COPY tui ./tui
COPY backup ./backup
# The lock holds the build backend too: nothing is fetched here.
RUN /opt/jobswipe/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation -w /wheel . \
    && /opt/jobswipe/bin/pip install --no-cache-dir --no-deps /wheel/*.whl

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data jobswipe \
    && install -d -o jobswipe -g jobswipe /data
COPY --from=build /opt/jobswipe /opt/jobswipe
# A container's ports are seen by whom its network or a published port lets in.
ENV PATH=/opt/jobswipe/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    JOBSWIPE_HOME=/data \
    JOBSWIPE_SERVER_HOST=0.0.0.0 \
    JOBSWIPE_METRICS_HOST=0.0.0.0 \
    JOBSWIPE_METRICS_EXPOSED=true
USER jobswipe
WORKDIR /data
VOLUME /data
EXPOSE 8080 9091
# The image has no curl. A container that only works has its /health on port 9091.
HEALTHCHECK --interval=15s --timeout=10s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health', timeout=8)"]
# Time to finish what is under way: docker run --stop-timeout 60.
STOPSIGNAL SIGTERM
ENTRYPOINT ["jobswipe"]
CMD ["up"]
