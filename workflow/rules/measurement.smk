# Measuring a batch of sub-networks in chunks, and collecting archives.


localrules:
    collect_samples,
    collect_first,
    collect_full,
    collect_start,
    collect_own_start,
    collect_iteration,
    set_reference_point,


rule measure:
    input:
        population=BATCH.population,
        data=DATA_FOLDER,
    output:
        results=BATCH.measured("{objective}", "{chunk}"),
    log:
        "results/{experiment}/seed{seed}/logs/{batch}/{objective}_{chunk}.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{batch}/{objective}_{chunk}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        gpu=validation_gpus,
    params:
        objective="{objective}",
        platform=None,
        supernet=setting("supernet"),
        under=measured_under,
        settings=setting("measurement"),
        store=STORE,
    message:
        "Measuring {wildcards.objective}, chunk {wildcards.chunk} of {wildcards.batch} "
        "(seed {wildcards.seed})"
    script:
        "../scripts/measure.py"


rule measure_on_platform:
    input:
        population=BATCH.population,
        data=DATA_FOLDER,
    output:
        results=BATCH.measured("{objective}", "{chunk}", "{platform}"),
    log:
        "results/{experiment}/seed{seed}/logs/{batch}/{objective}_{platform}_{chunk}.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{batch}/{objective}_{platform}_{chunk}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: platform_threads
    resources:
        # The job takes all of the host, so that no other job of ours disturbs the latencies.
        host=100,
        gpu=platform_gpus,
        slurm_partition=platform_partition,
    params:
        objective="{objective}",
        platform=platform_settings,
        supernet=setting("supernet"),
        under=measured_under,
        settings=setting("measurement"),
        store=STORE,
    message:
        "Measuring {wildcards.objective} on {wildcards.platform}, chunk {wildcards.chunk} of "
        "{wildcards.batch} "
        "(seed {wildcards.seed})"
    script:
        "../scripts/measure.py"


rule measure_look_up:
    input:
        data=DATA_FOLDER,
    output:
        table=PLATFORM.look_up,
    log:
        "results/{experiment}/logs/look_up_{platform}.log",
    benchmark:
        "results/{experiment}/benchmarks/look_up_{platform}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: platform_threads
    resources:
        host=100,
        gpu=platform_gpus,
        slurm_partition=platform_partition,
    params:
        platform=platform_settings,
        supernet=setting("supernet"),
        space=space,
        under=latency_measured_under,
        settings=setting("measurement"),
        store=STORE,
    message:
        "Measuring the look-up table of {wildcards.platform}"
    script:
        "../scripts/measure_look_up.py"


rule collect_samples:
    input:
        population=SAMPLES.population,
        measured=measured_chunks(SAMPLES, setting("sampling", "count")),
    output:
        archive=PLATFORM_SAMPLES.archive,
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/collect_samples.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/collect_samples.tsv"
    conda:
        "../../envs/workflow.yaml"
    params:
        code=code_of("collect_archive"),
        supernet=setting("supernet"),
        closed_forms=closed_forms,
        iteration=0,
    message:
        "Collecting the samples on {wildcards.platform} (seed {wildcards.seed})"
    script:
        "../scripts/collect_archive.py"


use rule collect_samples as collect_first with:
    input:
        population=FIRST_SAMPLES.population,
        measured=measured_chunks(FIRST_SAMPLES, first_count),
    output:
        archive=PLATFORM_FIRST_SAMPLES.archive,
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/collect_first_{first}.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/collect_first_{first}.tsv"
    message:
        "Collecting the first {wildcards.first} samples on {wildcards.platform} "
        "(seed {wildcards.seed})"


use rule collect_samples as collect_full with:
    input:
        previous=full_samples,
        population=FULL_SEARCH.population,
        measured=measured_chunks(FULL_SEARCH, of_tactic(budgets.batch)),
    output:
        archive=FULL_SEARCH.archive,
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/{full}/collect.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/{full}/collect.tsv"
    params:
        code=code_of("collect_archive"),
        supernet=setting("supernet"),
        closed_forms=closed_forms,
        iteration=1,
    message:
        "Collecting the full search on {wildcards.platform} (seed {wildcards.seed})"


use rule collect_samples as collect_start with:
    input:
        population=START.population,
        measured=measured_chunks(START, setting("concurrent", "start")),
    output:
        archive=PLATFORM_START.archive,
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/collect_start.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/collect_start.tsv"
    message:
        "Collecting what concurrent starts from on {wildcards.platform} (seed {wildcards.seed})"


use rule collect_samples as collect_own_start with:
    input:
        population=LOOP.start.population,
        measured=measured_chunks(LOOP.start, start_count),
    output:
        archive=LOOP.start.archive,
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/{tactic}/collect_start.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/{tactic}/collect_start.tsv"
    message:
        "Collecting what {wildcards.tactic} on {wildcards.platform} starts from (seed {wildcards.seed})"


rule collect_iteration:
    input:
        previous=archive_before,
        population=ITERATION.population,
        measured=measured_chunks(ITERATION, of_tactic(budgets.batch)),
    output:
        archive=ITERATION.archive,
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/{tactic}/iteration{iteration}/collect.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/{tactic}/iteration{iteration}/collect.tsv"
    conda:
        "../../envs/workflow.yaml"
    params:
        code=code_of("collect_archive"),
        supernet=setting("supernet"),
        closed_forms=closed_forms,
        iteration="{iteration}",
    message:
        "Collecting iteration {wildcards.iteration} of {wildcards.tactic} on {wildcards.platform} "
        "(seed {wildcards.seed})"
    script:
        "../scripts/collect_archive.py"


rule set_reference_point:
    input:
        samples=first_samples,
    output:
        reference=PLATFORM.reference,
    log:
        "results/{experiment}/logs/reference_{platform}.log",
    benchmark:
        "results/{experiment}/benchmarks/reference_{platform}.tsv"
    conda:
        "../../envs/workflow.yaml"
    params:
        code=code_of("set_reference_point"),
        objectives=setting("objectives"),
        bounds=setting("bounds"),
        worst=reference_given,
    message:
        "Setting the hypervolume reference point of {wildcards.platform}"
    script:
        "../scripts/set_reference_point.py"
