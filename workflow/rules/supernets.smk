# Super-networks: their data, published weights, and the training of the embedded super-networks.


localrules:
    download_checkpoint,
    download_published_logs,


rule prepare_data:
    output:
        directory(DATA_FOLDER),
    log:
        "results/{experiment}/logs/prepare_data.log",
    benchmark:
        "results/{experiment}/benchmarks/prepare_data.tsv"
    conda:
        "../../envs/torch.yaml"
    params:
        supernet=setting("supernet"),
        settings=setting("measurement"),
        under=all_measured_under,
    message:
        "Preparing the data of {wildcards.experiment}"
    script:
        "../scripts/prepare_data.py"


rule check_supernet:
    input:
        data=f"results/{EXPERIMENT}/{DATA}",
    output:
        table=f"results/{EXPERIMENT}/{layout.CHECK}",
        conformity=f"results/{EXPERIMENT}/{layout.CONFORMITY}",
    log:
        f"results/{EXPERIMENT}/logs/check_supernet.log",
    benchmark:
        f"results/{EXPERIMENT}/benchmarks/check_supernet.tsv"
    conda:
        "../../envs/torch.yaml"
    params:
        supernet=MAIN["supernet"],
        objectives=MAIN["objectives"],
        settings=MAIN["measurement"],
        store=STORE,
    message:
        "Checking {params.supernet}"
    script:
        "../scripts/check_supernet.py"


rule download_checkpoint:
    output:
        weights="results/checkpoints/{name}",
        record="results/checkpoints/{name}.json",
    log:
        "results/checkpoints/logs/{name}.log",
    benchmark:
        "results/checkpoints/benchmarks/{name}.tsv"
    wildcard_constraints:
        name=r"ofa_[a-z0-9_]+(\.\d+)?",
    conda:
        "../../envs/workflow.yaml"
    message:
        "Fetching the published weights of {wildcards.name}"
    script:
        "../scripts/download_checkpoint.py"


rule download_published_logs:
    output:
        directory("results/published/imagenet_ofa_mbv3_w1.0"),
    log:
        "results/published/logs/imagenet_ofa_mbv3_w1.0.log",
    benchmark:
        "results/published/benchmarks/imagenet_ofa_mbv3_w1.0.tsv"
    conda:
        "../../envs/workflow.yaml"
    message:
        "Fetching the published measurements of ofa_mbv3_w1.0"
    script:
        "../scripts/download_published_logs.py"


rule train_embedded_supernet:
    output:
        weights="results/training/embedded_mobilenetv3.pt",
        record="results/training/embedded_mobilenetv3.json",
    log:
        "results/training/embedded_mobilenetv3.log",
    benchmark:
        "results/training/embedded_mobilenetv3.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    params:
        supernet="embedded_mobilenetv3",
        checkpoint="results/training/embedded_mobilenetv3.checkpoint.pt",
    message:
        "Training {params.supernet} for hours; progress is in {log}, and a killed training goes on "
        "from its last checkpoint"
    script:
        "../scripts/train_embedded_supernet.py"


rule train_embedded_transformer:
    output:
        weights="results/training/embedded_transformer.pt",
        vocabulary="results/training/embedded_transformer.model",
        record="results/training/embedded_transformer.json",
    log:
        "results/training/embedded_transformer.log",
    benchmark:
        "results/training/embedded_transformer.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    params:
        checkpoint="results/training/embedded_transformer.checkpoint.pt",
    message:
        "Training embedded_transformer for about twelve minutes; progress is in {log}, and a killed "
        "training goes on from its last checkpoint"
    script:
        "../scripts/train_embedded_transformer.py"


use rule train_embedded_supernet as train_embedded_resnet with:
    output:
        weights="results/training/embedded_resnet.pt",
        record="results/training/embedded_resnet.json",
    log:
        "results/training/embedded_resnet.log",
    benchmark:
        "results/training/embedded_resnet.tsv"
    params:
        supernet="embedded_resnet",
        checkpoint="results/training/embedded_resnet.checkpoint.pt",
