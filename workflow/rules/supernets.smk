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
        "results/training/train_embedded_supernet.log",
    benchmark:
        "results/training/train_embedded_supernet.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    params:
        checkpoint="results/training/checkpoint.pt",
    message:
        "Training the embedded super-network for hours; progress is in {log}, and a killed training "
        "goes on from its last checkpoint"
    script:
        "../scripts/train_embedded_supernet.py"
