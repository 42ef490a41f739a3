#!/bin/bash
# Workers of spikefront as a Slurm job array: each task is one worker, which ends when nothing comes any more.
#   spikefront worker --launcher slurm > slurm-workers.sh
#   sbatch --array=1-100 --export=ALL,SPIKEFRONT_STORE=postgres://me@db.example.org/studies slurm-workers.sh
# The password stands in ~/.pgpass (mode 600) of the home that all nodes see, never in the job.
#SBATCH --job-name=spikefront-worker
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=4
#SBATCH --mem-per-cpu=2G
#SBATCH --time=12:00:00
#SBATCH --requeue
# A minute before the end of the time, SIGTERM: the worker gives back what it cannot end.
#SBATCH --signal=TERM@60
set -euo pipefail

: "${SPIKEFRONT_STORE:?must name the database}"
# Since Slurm 22.05 a step has one core unless it asks for more itself.
exec srun --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" spikefront worker --slots "${SLURM_CPUS_PER_TASK:-1}" --tags "${SPIKEFRONT_TAGS:-}" --idle 900 --drain 45
