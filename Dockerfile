# The command line as an image. Data lies in the volume /data.
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
ENV PATH=/opt/jobswipe/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    JOBSWIPE_HOME=/data
USER jobswipe
WORKDIR /data
VOLUME /data
ENTRYPOINT ["jobswipe"]
CMD ["--help"]
