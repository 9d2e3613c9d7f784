# Predictors: training on the samples, and their error against the number of rows.


rule train_predictors:
    input:
        archive=full_samples,
        look_up=look_up_table,
    output:
        predictors=FULL.predictors,
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/full/train_predictors.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/full/train_predictors.tsv"
    conda:
        "../../envs/search.yaml"
    params:
        code=code_of("train_predictors", chosen_predictors),
        supernet=setting("supernet"),
        objectives=setting("objectives"),
        kinds=predictor_kinds,
    message:
        "Training predictors for {wildcards.platform} (seed {wildcards.seed})"
    script:
        "../scripts/train_predictors.py"


rule draw_learning_curve:
    input:
        samples=sample_archives,
    output:
        curve=PLATFORM.learning_curve,
        pairs=PLATFORM.actual_predicted,
    log:
        "results/{experiment}/logs/learning_curve_{platform}.log",
    benchmark:
        "results/{experiment}/benchmarks/learning_curve_{platform}.tsv"
    conda:
        "../../envs/search.yaml"
    params:
        code=code_of("draw_learning_curve", chosen_predictors),
        supernet=setting("supernet"),
        objectives=setting("objectives"),
        kinds=predictor_kinds,
        learning_curve=setting("learning_curve"),
    message:
        "Testing the predictors of {wildcards.platform} on growing training sets"
    script:
        "../scripts/draw_learning_curve.py"
