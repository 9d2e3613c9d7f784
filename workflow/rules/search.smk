# Full search: a long evolutionary search on predictors trained once (paper, section 4.4).


localrules:
    start_warm,
    extract_front,


rule search_full:
    input:
        archive="results/{experiment}/seed{seed}/{platform}/samples/archive.csv",
        predictors="results/{experiment}/seed{seed}/{platform}/full/predictors.npz",
        start=full_start,
        constraints=constraints,
    output:
        history="results/{experiment}/seed{seed}/{platform}/{full}/history.csv",
        population="results/{experiment}/seed{seed}/{platform}/{full}/population.csv",
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/{full}/search.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/{full}/search.tsv"
    conda:
        "../../envs/search.yaml"
    params:
        code=SEARCHING,
        supernet=setting("supernet"),
        objectives=setting("objectives"),
        bounds=setting("bounds"),
        search=setting("search"),
        batch=setting("full", "measured"),
    message:
        "{wildcards.full} search on {wildcards.platform} (seed {wildcards.seed})"
    script:
        "../scripts/search_full.py"


rule start_warm:
    input:
        found=found_before,
        samples="results/{experiment}/seed{seed}/samples/population.csv",
        constraints=given_constraint,
    output:
        population="results/{experiment}/seed{seed}/{platform}/{run}/start/population.csv",
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/{run}/start.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/{run}/start.tsv"
    conda:
        "../../envs/workflow.yaml"
    params:
        code=SEARCHING,
        supernet=setting("supernet"),
        objectives=setting("objectives"),
        batch=setting("warm_start", "count"),
    message:
        "What {wildcards.run} on {wildcards.platform} starts from (seed {wildcards.seed})"
    script:
        "../scripts/start_warm.py"


rule extract_front:
    input:
        archive="results/{experiment}/seed{seed}/{platform}/{run}/archive.csv",
    output:
        front="results/{experiment}/seed{seed}/{platform}/{run}/front.csv",
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/{run}/front.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/{run}/front.tsv"
    conda:
        "../../envs/workflow.yaml"
    params:
        objectives=setting("objectives"),
        bounds=setting("bounds"),
    message:
        "The measured front of {wildcards.run} on {wildcards.platform} (seed {wildcards.seed})"
    script:
        "../scripts/extract_front.py"
