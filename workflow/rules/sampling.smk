# The first sub-networks of a seed, shared by all its platforms.


localrules:
    sample_subnetworks,
    sample_start,


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
        "What ConcurrentNAS starts from, from small to large (seed {wildcards.seed})"
