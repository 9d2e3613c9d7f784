# PopDB: the constrained space from the history of a full search (paper, section 4.6).


rule cluster_history:
    input:
        history=source_history,
    output:
        constraint=POPDB.constraint,
        frequencies=POPDB.frequencies,
        clusters=POPDB.clusters,
    log:
        "results/{experiment}/seed{seed}/logs/cluster_history.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/cluster_history.tsv"
    conda:
        "../../envs/search.yaml"
    params:
        code=code_of("cluster_history"),
        supernet=setting("supernet"),
        popdb=setting("popdb"),
    message:
        "Clustering the search history (seed {wildcards.seed})"
    script:
        "../scripts/cluster_history.py"
