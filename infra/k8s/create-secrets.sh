#!/usr/bin/env bash
# Creates the secrets that the manifests name, with random values, where they are missing: existing ones are left alone.
#   infra/k8s/create-secrets.sh [NAMESPACE]
# AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and REDIS_PASSWORD, where set, are those of an external object store and Redis.
set -euo pipefail
namespace=${1:-daprhep}

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# create NAME KEY=VALUE…: by standard input, so that no value is in the list of processes.
create() {
  local name=$1 pair
  shift
  if kubectl -n "$namespace" get secret "$name" >/dev/null 2>&1; then
    printf 'secret %s is there\n' "$name"
    return
  fi
  { printf 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\nstringData:\n' "$name"
    for pair in "$@"; do printf '  %s: "%s"\n' "${pair%%=*}" "${pair#*=}"; done
  } | kubectl -n "$namespace" create -f -
}

kubectl get namespace "$namespace" >/dev/null 2>&1 || kubectl create -f "$(dirname "${BASH_SOURCE[0]}")/base/namespace.yaml"
create dapr-api-token "token=$(random)"
create app-api-token "token=$(random)"
create daprhep-api-token "token=$(random)"
create daprhep-redis "password=${REDIS_PASSWORD:-$(random)}"
create daprhep-s3 "AWS_ACCESS_KEY_ID=${AWS_ACCESS_KEY_ID:-daprhep}" "AWS_SECRET_ACCESS_KEY=${AWS_SECRET_ACCESS_KEY:-$(random)}"
