# The fronts of one platform measured on another platform, and the values that a platform's fronts
# have in common.


localrules:
    choose_transferred,
    collect_transferred,
    describe_fronts,


rule choose_transferred:
    # The rule chooses at most one chunk, so that the files of the measurements are known before.
    input:
        front=TRANSFER_SOURCE.front,
    output:
        population=TRANSFERRED.population,
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/{tactic}_from_{source}/choose.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/{tactic}_from_{source}/choose.tsv"
    conda:
        "../../envs/workflow.yaml"
    params:
        code=code_of("choose_transferred"),
        supernet=setting("supernet"),
        objectives=setting("objectives"),
        batch=setting("measurement", "chunk_size"),
    message:
        "The front of {wildcards.tactic} on {wildcards.source}, to be measured on "
        "{wildcards.platform} (seed {wildcards.seed})"
    script:
        "../scripts/choose_transferred.py"


use rule collect_samples as collect_transferred with:
    input:
        population=TRANSFERRED.population,
        measured=measured_chunks(TRANSFERRED, setting("measurement", "chunk_size")),
    output:
        archive=TRANSFERRED.archive,
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/{tactic}_from_{source}/collect.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/{tactic}_from_{source}/collect.tsv"
    message:
        "Collecting the front of {wildcards.tactic} on {wildcards.source}, measured on "
        "{wildcards.platform} (seed {wildcards.seed})"


rule describe_fronts:
    input:
        fronts=platform_fronts,
    output:
        frequencies=PLATFORM.front_values,
        constraint=PLATFORM.front_constraint,
    log:
        "results/{experiment}/logs/front_values_{platform}.log",
    benchmark:
        "results/{experiment}/benchmarks/front_values_{platform}.tsv"
    conda:
        "../../envs/workflow.yaml"
    params:
        code=code_of("describe_fronts"),
        supernet=setting("supernet"),
        popdb=setting("popdb"),
    message:
        "What the sub-networks of the fronts on {wildcards.platform} have in common"
    script:
        "../scripts/describe_fronts.py"
