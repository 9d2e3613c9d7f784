# Search within the training of the super-network (paper, section 3): each round searches under the
# weights of the round before, then trains them on the measured front.
# The number of rounds is known before, so that no checkpoint is needed: a killed training goes on
# with the job that it was in, and a raised number of rounds adds rounds.


rule search_round:
    input:
        known=known_before,
        weights=weights_before,
        reference=PLATFORM.reference,
        look_up=look_up_table,
        constraints=given_constraint,
        data=DATA_FOLDER,
    output:
        archive=ROUND.archive,
        front=ROUND.front,
    log:
        "results/{experiment}/training/seed{seed}/logs/{platform}/{tactic}/round{round}/search.log",
    benchmark:
        "results/{experiment}/training/seed{seed}/benchmarks/{platform}/{tactic}/round{round}/search.tsv"
    conda:
        "../../envs/search.yaml"
    threads: round_threads
    resources:
        host=round_host,
        gpu=round_gpus,
        slurm_partition=round_partition,
    params:
        code=code_of("search_round", chosen_tactic),
        supernet=present_supernet,
        space=space,
        objectives=setting("objectives"),
        bounds=setting("bounds"),
        measured=validated_objectives,
        closed_forms=closed_forms,
        kinds=setting("predictors"),
        search=search_of_round,
        batch=of_tactic(budgets.batch),
        batches=batches_of_round,
        round=number_of_round,
        live=live_objectives,
        budget=live_budget,
        platform=platform_settings,
        under=all_measured_under,
        settings=setting("measurement"),
        store=STORE,
    message:
        "Searching in round {wildcards.round} of the training with {wildcards.tactic} on "
        "{wildcards.platform} (seed {wildcards.seed})"
    script:
        "../scripts/search_round.py"


rule train_round:
    input:
        front=ROUND.front,
        weights=weights_before,
        data=DATA_FOLDER,
    output:
        weights=ROUND.weights,
    log:
        "results/{experiment}/training/seed{seed}/logs/{platform}/{tactic}/round{round}/train.log",
    benchmark:
        "results/{experiment}/training/seed{seed}/benchmarks/{platform}/{tactic}/round{round}/train.tsv"
    conda:
        "../../envs/search.yaml"
    threads: 1
    resources:
        gpu=round_gpus,
    params:
        code=code_of("train_round"),
        supernet=present_supernet,
        steps=setting("training", "steps"),
        settings=setting("measurement"),
    message:
        "Training on the front of round {wildcards.round} with {wildcards.tactic} on "
        "{wildcards.platform} (seed {wildcards.seed}); progress is in {log}"
    script:
        "../scripts/train_round.py"


use rule search_round as search_trained with:
    output:
        archive=TRAINING.archive,
        front=TRAINING.front,
    log:
        "results/{experiment}/training/seed{seed}/logs/{platform}/{tactic}/search.log",
    benchmark:
        "results/{experiment}/training/seed{seed}/benchmarks/{platform}/{tactic}/search.tsv"
    message:
        "Searching under the last weights of the training with {wildcards.tactic} on "
        "{wildcards.platform} (seed {wildcards.seed})"


rule train_within:
    input:
        trained_fronts,
    message:
        "The fronts under the trained weights lie in results/{EXPERIMENT}/training/"
