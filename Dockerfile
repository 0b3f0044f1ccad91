FROM python:3.12-slim AS build
# The CPU build of torch; an empty TORCH_INDEX takes the default build, with its CUDA libraries.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN python -m venv /opt/archmeter
ENV PATH=/opt/archmeter/bin:$PATH

# Dependencies first: this layer is kept until pyproject.toml or constraints.txt change.
COPY pyproject.toml constraints.txt ./
RUN if [ -n "$TORCH_INDEX" ]; then \
        pip install --no-deps --index-url "$TORCH_INDEX" --constraint constraints.txt torch; \
    fi \
    && python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" \
        > requirements.txt \
    && pip install --constraint constraints.txt --requirement requirements.txt

COPY README.md LICENSE ./
COPY models models
COPY analyzers analyzers
COPY app app
COPY docs docs
RUN pip install --no-deps .

FROM python:3.12-slim
COPY --from=build /opt/archmeter /opt/archmeter
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin archmeter \
    && install --directory --owner archmeter --group archmeter /data
ENV PATH=/opt/archmeter/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ARCHMETER_DATABASE_URL=sqlite:////data/archmeter.db
USER archmeter
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["archmeter", "serve", "--host", "0.0.0.0", "--port", "8000"]
