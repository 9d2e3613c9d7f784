# Super-networks: their data, and the training of the embedded one.


rule prepare_data:
    output:
        directory("results/{experiment}/data"),
    log:
        "results/{experiment}/logs/prepare_data.log",
    benchmark:
        "results/{experiment}/benchmarks/prepare_data.tsv"
    conda:
        "../../envs/torch.yaml"
    params:
        supernet=setting("supernet"),
        settings=setting("measurement"),
    message:
        "Preparing the images of {wildcards.experiment}"
    script:
        "../scripts/prepare_data.py"


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


use rule train_embedded_supernet as train_embedded_resnet with:
    output:
        weights="results/training/embedded_resnet.pt",
        record="results/training/embedded_resnet.json",
    log:
        "results/training/embedded_resnet.log",
    benchmark:
        "results/training/embedded_resnet.tsv"
    params:
        supernet="archfront.supernets.embedded:EmbeddedResNet",
        checkpoint="results/training/embedded_resnet.checkpoint.pt",
