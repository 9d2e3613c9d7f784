# ConcurrentNAS (paper, Algorithm 1) as a loop: propose, measure, collect, conclude.
# Files of data depend only on files of data. The verdict decides only whether the next iteration is
# requested.


localrules:
    conclude_iteration,
    finish_run,
    write_limit,
    stop,


rule write_limit:
    # The limit is a separate file, so that a changed limit reaches finished runs. Snakemake skips
    # the triggers of a job whose input waits for a checkpoint.
    output:
        limit=LIMIT_FILE,
    log:
        "results/{experiment}/logs/write_limit_{tactic}.log",
    benchmark:
        "results/{experiment}/benchmarks/write_limit_{tactic}.tsv"
    conda:
        "../../envs/workflow.yaml"
    params:
        code=code_of_script("write_limit"),
        limits=of_tactic(budgets.limits),
    message:
        "Noting when the loops of {wildcards.tactic} end"
    script:
        "../scripts/write_limit.py"


rule propose_iteration:
    input:
        archive=archive_before,
        reference=PLATFORM.reference,
        look_up=look_up_table,
        constraints=constraints,
        learned=learned_from,
        data=live_data,
        recorded=recorded_proposals,
    output:
        population=ITERATION.population,
        history=ITERATION.history,
        predictors=ITERATION.predictors,
        expected_gain=ITERATION.expected_gain,
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
        code=code_of("propose_iteration", chosen_tactic),
        supernet=setting("supernet"),
        space=space,
        objectives=setting("objectives"),
        bounds=setting("bounds"),
        kinds=setting("predictors"),
        search=search_of_iteration,
        batch=of_tactic(budgets.batch),
        live=live_objectives,
        budget=live_budget,
        platform=platform_settings,
        under=live_measured_under,
        settings=setting("measurement"),
        store=STORE,
    message:
        "Proposing iteration {wildcards.iteration} of {wildcards.tactic} on {wildcards.platform} "
        "(seed {wildcards.seed})"
    script:
        "../scripts/propose_iteration.py"


checkpoint conclude_iteration:
    input:
        archive=ITERATION.archive,
        reference=PLATFORM.reference,
        limit=limit_file,
        expected_gains=expected_gains,
        measured=measured_so_far,
    output:
        verdict=ITERATION.verdict,
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/{tactic}/iteration{iteration}/conclude.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/{tactic}/iteration{iteration}/conclude.tsv"
    conda:
        "../../envs/workflow.yaml"
    params:
        code=code_of("conclude_iteration"),
        stop=f"{PLACE}{STOP}",
    message:
        "Concluding iteration {wildcards.iteration} of {wildcards.tactic} on {wildcards.platform} "
        "(seed {wildcards.seed})"
    script:
        "../scripts/conclude_iteration.py"


rule finish_run:
    input:
        archive=last_archive,
        limit=limit_file,
        verdicts=known_verdicts,
    output:
        archive=LOOP.archive,
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
    # It is called beside a live run. The loops of that run end after their current iterations.
    params:
        stop=f"results/{EXPERIMENT}/{STOP}",
    message:
        "Asking {EXPERIMENT} to stop after the current iterations"
    shell:
        "touch {params.stop:q} 2> {log:q}"
