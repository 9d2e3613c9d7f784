# Export of one sub-network of a front.


rule export:
    input:
        f"results/{EXPERIMENT}/{EXPORT}",
    message:
        "The sub-network lies in {input}"


rule export_subnetwork:
    input:
        front=exported_front,
        data=DATA_FOLDER,
    output:
        directory(EXPORT_FOLDER),
    log:
        "results/{experiment}/logs/export.log",
    benchmark:
        "results/{experiment}/benchmarks/export.tsv"
    conda:
        "../../envs/torch.yaml"
    params:
        code=code_of("export_subnetwork"),
        supernet=setting("supernet"),
        objectives=setting("objectives"),
        settings=setting("measurement"),
        export=setting("export"),
        platforms=setting("platforms"),
    message:
        "Exporting a sub-network of {wildcards.experiment}"
    script:
        "../scripts/export_subnetwork.py"
