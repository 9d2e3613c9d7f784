# Full search: a long evolutionary search on predictors trained once (paper, section 4.4).


localrules:
    start_warm,
    extract_front,


rule search_full:
    input:
        archive=full_samples,
        predictors=FULL.predictors,
        start=full_start,
        constraints=constraints,
        data=live_data,
    output:
        history=FULL_SEARCH.history,
        population=FULL_SEARCH.population,
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/{full}/search.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/{full}/search.tsv"
    conda:
        "../../envs/search.yaml"
    threads: live_threads
    resources:
        host=live_host,
        gpu=live_gpus,
        slurm_partition=live_partition,
    params:
        code=code_of("search_full", chosen_search),
        supernet=setting("supernet"),
        space=space,
        objectives=setting("objectives"),
        bounds=setting("bounds"),
        search=of_tactic(budgets.search),
        batch=of_tactic(budgets.batch),
        live=live_objectives,
        budget=live_budget,
        platform=platform_settings,
        under=live_measured_under,
        settings=setting("measurement"),
        store=STORE,
    message:
        "{wildcards.full} search on {wildcards.platform} (seed {wildcards.seed})"
    script:
        "../scripts/search_full.py"


rule start_warm:
    input:
        found=found_before,
        samples=SAMPLES.population,
        constraints=given_constraint,
    output:
        population=WARM_RUN.start.population,
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/{warm}/start.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/{warm}/start.tsv"
    conda:
        "../../envs/workflow.yaml"
    params:
        code=code_of("start_warm"),
        supernet=setting("supernet"),
        space=space,
        objectives=setting("objectives"),
        batch=warm_count,
    message:
        "What {wildcards.warm} on {wildcards.platform} starts from (seed {wildcards.seed})"
    script:
        "../scripts/start_warm.py"


rule extract_front:
    input:
        archive=RUN.archive,
    output:
        front=RUN.front,
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/{run}/front.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/{run}/front.tsv"
    conda:
        "../../envs/workflow.yaml"
    params:
        code=code_of("extract_front"),
        objectives=setting("objectives"),
        bounds=setting("bounds"),
    message:
        "The measured front of {wildcards.run} on {wildcards.platform} (seed {wildcards.seed})"
    script:
        "../scripts/extract_front.py"
