# Two images: the default, and `docker build --target slim .` without torch, whose service answers
# everything but audits and PyTorch code. Whatever needs torch says so there.
FROM python:3.12-slim AS build-slim
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN python -m venv /opt/archmeter
ENV PATH=/opt/archmeter/bin:$PATH

# Dependencies first: these layers are kept until pyproject.toml or constraints.txt change.
COPY pyproject.toml constraints.txt ./
RUN python -c "import tomllib; project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
extras = project['optional-dependencies']; \
open('torch.txt', 'w').write('\n'.join(extras['torch'])); \
print(*project['dependencies'], *extras['serve'], *extras['postgresql'], sep='\n')" > requirements.txt \
    && pip install --constraint constraints.txt --requirement requirements.txt

COPY README.md LICENSE ./
COPY archmeter archmeter
COPY models models
COPY analyzers analyzers
COPY app app
COPY docs docs
RUN pip install --no-deps .

FROM build-slim AS build
# The CPU build of torch; an empty TORCH_INDEX takes the default build, with its CUDA libraries.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN if [ -n "$TORCH_INDEX" ]; then \
        pip install --no-deps --index-url "$TORCH_INDEX" --constraint constraints.txt torch; \
    fi \
    && pip install --constraint constraints.txt --requirement torch.txt

FROM python:3.12-slim AS runtime
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

FROM runtime AS slim
COPY --from=build-slim /opt/archmeter /opt/archmeter

FROM runtime AS full
COPY --from=build /opt/archmeter /opt/archmeter
