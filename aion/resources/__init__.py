"""One class a resource of the API, one module a class; every name is loaded on first use."""

from typing import TYPE_CHECKING, Final

from aion._lazy import exports, homes

if TYPE_CHECKING:
    from aion.resources.agent_operations import AgentOperationsResource
    from aion.resources.agent_search import AgentSearchResource
    from aion.resources.audit import AuditResource
    from aion.resources.batch import BatchResource
    from aion.resources.chat import ChatResource
    from aion.resources.cloud_storage import CloudStorageResource
    from aion.resources.colors import ColorsResource
    from aion.resources.describe import DescribeResource
    from aion.resources.documents import DocumentsResource
    from aion.resources.files import FilesResource
    from aion.resources.folders import FoldersResource
    from aion.resources.links import LinksResource
    from aion.resources.settings import SettingsResource
    from aion.resources.tenant import TenantResource
    from aion.resources.upload import UploadResource
    from aion.resources.verify import VerifyResource
    from aion.resources.video_analysis import VideoAnalysisResource
    from aion.resources.video_scenes import VideoScenesResource
    from aion.resources.video_uploads import VideoUploadsResource

_NAMES: Final = {
    "aion.resources.agent_operations": "AgentOperationsResource",
    "aion.resources.agent_search": "AgentSearchResource",
    "aion.resources.audit": "AuditResource",
    "aion.resources.batch": "BatchResource",
    "aion.resources.chat": "ChatResource",
    "aion.resources.cloud_storage": "CloudStorageResource",
    "aion.resources.colors": "ColorsResource",
    "aion.resources.describe": "DescribeResource",
    "aion.resources.documents": "DocumentsResource",
    "aion.resources.files": "FilesResource",
    "aion.resources.folders": "FoldersResource",
    "aion.resources.links": "LinksResource",
    "aion.resources.settings": "SettingsResource",
    "aion.resources.tenant": "TenantResource",
    "aion.resources.upload": "UploadResource",
    "aion.resources.verify": "VerifyResource",
    "aion.resources.video_analysis": "VideoAnalysisResource",
    "aion.resources.video_scenes": "VideoScenesResource",
    "aion.resources.video_uploads": "VideoUploadsResource",
}
_HOME: Final = homes(_NAMES)

__all__ = [
    "AgentOperationsResource",
    "AgentSearchResource",
    "AuditResource",
    "BatchResource",
    "ChatResource",
    "CloudStorageResource",
    "ColorsResource",
    "DescribeResource",
    "DocumentsResource",
    "FilesResource",
    "FoldersResource",
    "LinksResource",
    "SettingsResource",
    "TenantResource",
    "UploadResource",
    "VerifyResource",
    "VideoAnalysisResource",
    "VideoScenesResource",
    "VideoUploadsResource",
]

# Hidden from type checkers, which would otherwise accept any name at all.
if not TYPE_CHECKING:
    __getattr__, __dir__ = exports(__name__, _HOME)
