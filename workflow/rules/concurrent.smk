# ConcurrentNAS (paper, Algorithm 1) as a loop: propose, measure, collect, conclude.
# Data depends on data only; the verdict only decides whether the next iteration is asked for.


localrules:
    conclude_iteration,
    finish_run,
    write_limit,
    stop,


rule write_limit:
    # A changed limit must reach finished runs: Snakemake would skip the triggers of a job whose
    # input waits for a checkpoint, so the limit is a file of its own.
    output:
        limit="results/{experiment}/limit.json",
    log:
        "results/{experiment}/logs/write_limit.log",
    benchmark:
        "results/{experiment}/benchmarks/write_limit.tsv"
    conda:
        "../../envs/workflow.yaml"
    params:
        loop=setting("concurrent"),
    message:
        "Noting when ConcurrentNAS ends"
    script:
        "../scripts/write_limit.py"


rule propose_iteration:
    input:
        archive=archive_before,
        reference="results/{experiment}/reference/{platform}.json",
        look_up=look_up_table,
        constraints=constraints,
        learned=learned_from,
        data=live_data,
        recorded=recorded_proposals,
    output:
        population="results/{experiment}/seed{seed}/{platform}/{tactic}/iteration{iteration}/population.csv",
        history="results/{experiment}/seed{seed}/{platform}/{tactic}/iteration{iteration}/history.csv",
        predictors="results/{experiment}/seed{seed}/{platform}/{tactic}/iteration{iteration}/predictors.npz",
        promise="results/{experiment}/seed{seed}/{platform}/{tactic}/iteration{iteration}/promise.json",
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/{tactic}/iteration{iteration}/propose.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/{tactic}/iteration{iteration}/propose.tsv"
    conda:
        "../../envs/search.yaml"
    threads: live_threads
    resources:
        host=live_host,
        gpu=live_gpus,
        slurm_partition=live_partition,
    params:
        code=SEARCHING,
        supernet=setting("supernet"),
        objectives=setting("objectives"),
        bounds=setting("bounds"),
        kinds=setting("predictors"),
        search=search_of_iteration,
        batch=setting("concurrent", "batch"),
        live=live_objectives,
        budget=setting("concurrent", "live"),
        platform=platform_settings,
        under=live_measured_under,
        settings=setting("measurement"),
        store="results/store",
    message:
        "Proposing iteration {wildcards.iteration} of {wildcards.tactic} on {wildcards.platform} "
        "(seed {wildcards.seed})"
    script:
        "../scripts/propose_iteration.py"


checkpoint conclude_iteration:
    input:
        archive="results/{experiment}/seed{seed}/{platform}/{tactic}/iteration{iteration}/archive.csv",
        reference="results/{experiment}/reference/{platform}.json",
        limit="results/{experiment}/limit.json",
        promises=promises,
        measured=measured_so_far,
    output:
        verdict="results/{experiment}/seed{seed}/{platform}/{tactic}/iteration{iteration}/verdict.json",
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/{tactic}/iteration{iteration}/conclude.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/{tactic}/iteration{iteration}/conclude.tsv"
    conda:
        "../../envs/workflow.yaml"
    params:
        stop="results/{experiment}/stop",
    message:
        "Concluding iteration {wildcards.iteration} of {wildcards.tactic} on {wildcards.platform} "
        "(seed {wildcards.seed})"
    script:
        "../scripts/conclude_iteration.py"


rule finish_run:
    input:
        archive=last_archive,
        limit="results/{experiment}/limit.json",
    output:
        archive="results/{experiment}/seed{seed}/{platform}/{tactic}/archive.csv",
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/{tactic}/finish.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/{tactic}/finish.tsv"
    conda:
        "../../envs/workflow.yaml"
    message:
        "{wildcards.tactic} on {wildcards.platform} has ended (seed {wildcards.seed})"
    shell:
        "cp {input.archive:q} {output.archive:q} 2> {log:q}"


rule stop:
    log:
        f"results/{EXPERIMENT}/logs/stop.log",
    conda:
        "../../envs/workflow.yaml"
    # Run beside a live run: its loops end after the iterations that are under way.
    params:
        stop=f"results/{EXPERIMENT}/stop",
    message:
        "Asking {EXPERIMENT} to stop after the current iterations"
    shell:
        "touch {params.stop:q} 2> {log:q}"
