# Predictors: training on the samples, and how their error falls with the number of rows.


rule train_predictors:
    input:
        archive="results/{experiment}/seed{seed}/{platform}/samples/archive.csv",
        look_up=look_up_table,
    output:
        predictors="results/{experiment}/seed{seed}/{platform}/full/predictors.npz",
    log:
        "results/{experiment}/seed{seed}/logs/{platform}/full/train_predictors.log",
    benchmark:
        "results/{experiment}/seed{seed}/benchmarks/{platform}/full/train_predictors.tsv"
    conda:
        "../../envs/search.yaml"
    params:
        code=PREDICTING,
        supernet=setting("supernet"),
        objectives=setting("objectives"),
        kinds=setting("predictors"),
    message:
        "Training predictors for {wildcards.platform} (seed {wildcards.seed})"
    script:
        "../scripts/train_predictors.py"


rule draw_learning_curve:
    input:
        samples=sample_archives,
    output:
        curve="results/{experiment}/learning_curves/{platform}/curve.csv",
        pairs="results/{experiment}/learning_curves/{platform}/actual_predicted.csv",
    log:
        "results/{experiment}/logs/learning_curve_{platform}.log",
    benchmark:
        "results/{experiment}/benchmarks/learning_curve_{platform}.tsv"
    conda:
        "../../envs/search.yaml"
    params:
        code=PREDICTING,
        supernet=setting("supernet"),
        objectives=setting("objectives"),
        kinds=setting("predictors"),
        learning_curve=setting("learning_curve"),
    message:
        "Testing the predictors of {wildcards.platform} on growing training sets"
    script:
        "../scripts/draw_learning_curve.py"
