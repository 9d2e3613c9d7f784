# The first sub-networks of a seed, shared by all its platforms.


localrules:
    sample_subnetworks,
    sample_first,
    sample_start,
    sample_constrained_start,


rule sample_subnetworks:
    input:
        given=given_samples,
        constraints=given_constraint,
    output:
        population=SAMPLES.population,
    log:
        "results/{experiment}/seed{seed}/logs/sample_subnetworks.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/sample_subnetworks.tsv"
    conda:
        "../../envs/workflow.yaml"
    params:
        code=code_of("sample_subnetworks"),
        supernet=setting("supernet"),
        space=space,
        number=setting("sampling", "count"),
        extremes=setting("sampling", "extremes"),
        even=False,
    message:
        "Sampling sub-networks (seed {wildcards.seed})"
    script:
        "../scripts/sample_subnetworks.py"


use rule sample_subnetworks as sample_first with:
    output:
        population=FIRST_SAMPLES.population,
    log:
        "results/{experiment}/seed{seed}/logs/sample_first_{first}.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/sample_first_{first}.tsv"
    params:
        code=code_of("sample_subnetworks"),
        supernet=setting("supernet"),
        space=space,
        number="{first}",
        extremes=setting("sampling", "extremes"),
        even=False,
    message:
        "Sampling the first {wildcards.first} sub-networks (seed {wildcards.seed})"


use rule sample_subnetworks as sample_start with:
    input:
        given=[],
        constraints=given_constraint,
    output:
        population=START.population,
    log:
        "results/{experiment}/seed{seed}/logs/sample_start.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/sample_start.tsv"
    params:
        code=code_of("sample_subnetworks"),
        supernet=setting("supernet"),
        space=space,
        number=setting("concurrent", "start"),
        extremes=True,
        even=True,
    message:
        "What concurrent starts from, from small to large (seed {wildcards.seed})"


use rule sample_subnetworks as sample_constrained_start with:
    input:
        given=[],
        constraints=constraints,
    output:
        population=LOOP.start.population,
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/{tactic}/sample_start.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/{tactic}/sample_start.tsv"
    wildcard_constraints:
        tactic=f"(?:{'|'.join(TACTICS)}){queries.POPDB}",
    params:
        code=code_of("sample_subnetworks"),
        supernet=setting("supernet"),
        space=space,
        number=start_count,
        extremes=start_extremes,
        even=of_tactic(queries.even_start),
    message:
        "Sampling the constrained space for {wildcards.tactic} on {wildcards.platform} "
        "(seed {wildcards.seed})"
