# The first sub-networks of a seed, shared by all platforms and tactics.


localrules:
    sample_subnetworks,


rule sample_subnetworks:
    input:
        given=given_samples,
        constraints=given_constraint,
    output:
        population="results/{experiment}/seed{seed}/samples/population.csv",
    log:
        "results/{experiment}/seed{seed}/logs/sample_subnetworks.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/sample_subnetworks.tsv"
    conda:
        "../../envs/workflow.yaml"
    params:
        code=SAMPLING,
        supernet=setting("supernet"),
        sampling=setting("sampling"),
    message:
        "Sampling sub-networks (seed {wildcards.seed})"
    script:
        "../scripts/sample_subnetworks.py"
